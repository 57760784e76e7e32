import type { FakePicture } from '../fakeClient.ts';

/** A landscape from a seed, as SVG: enough to judge a page by. */
const random = (seed: number) => {
  let state = (seed + 1) * 2_654_435_761;
  return (): number => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 374_761_393) | 0;
    return ((state ^ (state >>> 13)) >>> 0) / 4_294_967_296;
  };
};

const palettes = [
  ['#25406d', '#c5697d', '#f9b37a', '#3d2f57'],
  ['#0d2440', '#2b6b8f', '#9fd4d6', '#0b1a2b'],
  ['#3a4f41', '#8fb39a', '#f3ecd2', '#1f2f28'],
  ['#472a5e', '#e0718a', '#ffd49a', '#221536'],
  ['#123', '#4a5d8f', '#d8b4c8', '#1a1a33'],
] as const;

export const paint = ({ seed, width, height, sharpness }: FakePicture): Blob => {
  const next = random(seed);
  const [top, middle, low, ground] = palettes[seed % palettes.length] ?? palettes[0];
  const sun = { x: width * (0.25 + next() * 0.5), y: height * (0.3 + next() * 0.15) };
  const ridges = Array.from({ length: 4 }, (_, layer) => {
    const base = height * (0.48 + layer * 0.11);
    const rough = height * (0.2 - layer * 0.035);
    const points = Array.from({ length: 15 }, (__, index) => {
      const wave = Math.sin(index * (0.7 + layer * 0.3) + next() * 1.4 + layer) * 0.5 + next() * 0.5;
      return `${(index / 14) * width},${base - wave * rough}`;
    });
    return `<polygon points="0,${height} ${points.join(' ')} ${width},${height}" fill="${ground}" opacity="${0.32 + layer * 0.2}"/>`;
  });
  const blur = (1 - sharpness) * width * 0.05;
  const grain = 1 - sharpness;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
    <defs><linearGradient id="s" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${top}"/><stop offset=".45" stop-color="${middle}"/><stop offset=".75" stop-color="${low}"/></linearGradient>
    <radialGradient id="g"><stop offset="0" stop-color="#fff4d8"/><stop offset=".3" stop-color="#ffe6b0" stop-opacity=".7"/><stop offset="1" stop-color="#ffe6b0" stop-opacity="0"/></radialGradient>
    <filter id="b" x="-10%" y="-10%" width="120%" height="120%"><feGaussianBlur stdDeviation="${blur}"/></filter>
    <filter id="n"><feTurbulence type="fractalNoise" baseFrequency=".35" numOctaves="2" seed="${seed % 100}"/><feColorMatrix values="0 0 0 0 .6 0 0 0 0 .5 0 0 0 0 .45 0 0 0 1.6 -.5"/></filter></defs>
    <g filter="url(#b)"><rect width="${width}" height="${height}" fill="url(#s)"/>
    <circle cx="${sun.x}" cy="${sun.y}" r="${height * 0.3}" fill="url(#g)"/><circle cx="${sun.x}" cy="${sun.y}" r="${height * 0.055}" fill="#fff6df"/>${ridges.join('')}</g>
    <rect width="${width}" height="${height}" filter="url(#n)" opacity="${grain * 0.6}"/></svg>`;
  return new Blob([svg], { type: 'image/svg+xml' });
};
