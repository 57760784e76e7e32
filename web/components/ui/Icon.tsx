/** Drawn on a 20 × 20 grid with round strokes of 1.6, so that they belong together. */
const paths = {
  plus: 'M10 4v12M4 10h12',
  send: 'M10 16V4.5M4.8 9.5 10 4.3l5.2 5.2',
  close: 'M5 5l10 10M15 5 5 15',
  check: 'M4.5 10.5l3.6 3.6 7.4-8',
  menu: 'M3.5 6h13M3.5 10h13M3.5 14h9',
  more: 'M5 10h.01M10 10h.01M15 10h.01',
  pencil: 'M13.2 4.3l2.5 2.5L7.2 15.3l-3.2.7.7-3.2z',
  trash: 'M4.5 6h11M8 6V4.5h4V6M6 6l.6 9.5h6.8L14 6',
  archive: 'M3.5 4.5h13v3h-13zM4.8 7.5v8h10.4v-8M8.3 10.5h3.4',
  person: 'M10 10.2a3.1 3.1 0 1 0 0-6.2 3.1 3.1 0 0 0 0 6.2zM4.2 16.2c.7-2.7 2.9-4 5.8-4s5.1 1.3 5.8 4',
  addPerson:
    'M8.5 10.2a3.1 3.1 0 1 0 0-6.2 3.1 3.1 0 0 0 0 6.2zM3 16.2c.7-2.7 2.6-4 5.5-4 1 0 1.9.2 2.7.5M15 11.5v5M12.5 14h5',
  copy: 'M7.5 7.5h8v8h-8zM12.5 7.5v-3h-8v8h3',
  download: 'M10 3.8v8.4M6.3 8.8l3.7 3.7 3.7-3.7M4 16h12',
  expand: 'M12 4h4v4M16 4l-5 5M8 16H4v-4M4 16l5-5',
  retry: 'M15.8 8.5A6 6 0 1 0 16 11M16 4.5v4h-4',
  sliders:
    'M3.5 6.5h6M13.5 6.5h3M3.5 13.5h3M10.5 13.5h6M9.5 6.5a2 2 0 1 0 4 0 2 2 0 1 0-4 0M6.5 13.5a2 2 0 1 0 4 0 2 2 0 1 0-4 0',
  dice: 'M4.5 4.5h11v11h-11zM7.5 7.5h.01M12.5 12.5h.01M12.5 7.5h.01M7.5 12.5h.01',
  lock: 'M5.5 9h9v6.5h-9zM7.3 9V6.8a2.7 2.7 0 0 1 5.4 0V9',
  unlock: 'M5.5 9h9v6.5h-9zM7.3 9V6.8a2.7 2.7 0 0 1 5.3-.7',
  star: 'M10 3.6l1.95 4.05 4.45.6-3.25 3.08.8 4.42L10 13.6l-3.95 2.15.8-4.42L3.6 8.25l4.45-.6z',
  tag: 'M3.8 3.8h5.4l7 7-5.4 5.4-7-7zM6.8 6.8h.01',
  image: 'M3.5 4.5h13v11h-13zM3.5 13l3.8-3.6 3 2.8 2.2-2 4 3.6M12.8 7.6h.01',
  sparkle:
    'M10 3.5c.6 3.9 2.6 5.9 6.5 6.5-3.9.6-5.9 2.6-6.5 6.5-.6-3.9-2.6-5.9-6.5-6.5 3.9-.6 5.9-2.6 6.5-6.5z',
  clock: 'M10 16.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM10 6.5V10l2.3 1.7',
  alert: 'M10 3.8l7 12.2H3zM10 8.5v3.3M10 13.9h.01',
  pause: 'M7 5v10M13 5v10',
  play: 'M7 4.8v10.4l8-5.2z',
  sun: 'M10 13a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM10 2.8v1.4M10 15.8v1.4M2.8 10h1.4M15.8 10h1.4M4.9 4.9l1 1M14.1 14.1l1 1M15.1 4.9l-1 1M5.9 14.1l-1 1',
  moon: 'M16 11.6A6.3 6.3 0 0 1 8.4 4a6.3 6.3 0 1 0 7.6 7.6z',
  screen: 'M3.5 4.5h13v8.5h-13zM7.5 16h5M10 13v3',
  leave: 'M8 4.5H4.5v11H8M12.5 6.8l3.2 3.2-3.2 3.2M8.5 10h7',
  left: 'M12 5l-5 5 5 5',
  right: 'M8 5l5 5-5 5',
  up: 'M5 12l5-5 5 5',
  queue: 'M3.5 5.5h8M3.5 10h13M3.5 14.5h10M14.5 3.5v4M12.5 5.5h4',
  down: 'M5 8l5 5 5-5',
  swap: 'M6 4v11M3.5 12.5 6 15l2.5-2.5M14 16V5M11.5 7.5 14 5l2.5 2.5',
  history: 'M4.2 8.5A6 6 0 1 1 4 11M4 4.5v4h4M10 7.2V10l2 1.4',
  offline:
    'M4 4l12 12M6 9.5a7 7 0 0 1 1.6-1M3.5 7a10 10 0 0 1 2-1.4M9 5c2.7-.2 5.4.5 7.5 2M12.5 9c.6.2 1 .5 1.5.8M10 14.5h.01',
} as const;

export type IconName = keyof typeof paths;

export const Icon = ({
  name,
  size = 18,
  filled = false,
}: {
  readonly name: IconName;
  readonly size?: number;
  readonly filled?: boolean;
}) => (
  <svg
    className="icon"
    width={size}
    height={size}
    viewBox="0 0 20 20"
    fill={filled ? 'currentColor' : 'none'}
    stroke="currentColor"
    strokeWidth={name === 'more' || name === 'dice' ? 1.9 : 1.6}
    strokeLinecap="round"
    strokeLinejoin="round"
    aria-hidden="true"
  >
    <path d={paths[name]} />
  </svg>
);
