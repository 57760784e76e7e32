import { type Colour, colour, css, lighter, mix } from '../colour.ts';
import type { Easel } from '../easel.ts';
import { glow, oval, type Point } from '../paint.ts';
import type { Subject } from '../scene.ts';
import { paintBouquet } from './flowers.ts';
import { paintFruit } from './fruit.ts';

/** Half a profile from foot to rim, in units of the scale: [half width, height]. */
type Profile = readonly Point[];

const profiles: readonly [Profile, ...Profile[]] = [
  [
    [6, 0],
    [9, 4],
    [12.5, 12],
    [12, 20],
    [8, 27],
    [5, 31],
    [5, 34],
    [7, 37],
  ],
  [
    [5, 0],
    [7, 3],
    [9.5, 14],
    [10.5, 24],
    [8, 32],
    [4.5, 36],
    [5, 39],
    [6.5, 41],
  ],
  [
    [7, 0],
    [11, 5],
    [14, 13],
    [12, 21],
    [7, 26],
    [6, 28],
    [8, 31],
    [8, 31.5],
  ],
];

export function paintVase(
  easel: Easel,
  x: number,
  y: number,
  scale: number,
  tone: Colour,
  flowers: Subject | null,
  filled: boolean,
): void {
  const profile = easel.random.branch('vase').pick(profiles);
  const [rimHalf, rimHeight] = profile.at(-1) ?? [6, 36];
  const rim = y - rimHeight * scale;
  easel.context.fillStyle = css(mix(tone, { l: 0.1, a: 0, b: 0 }, 0.75));
  oval(easel.context, x, rim, rimHalf * scale, rimHalf * scale * 0.24);
  easel.context.fill();
  if (filled) paintBouquet(easel, x, rim, scale, flowers?.colour ?? null);
  turnedBody(easel, x, y, scale, profile, tone, filled);
}

export function paintBottle(easel: Easel, x: number, y: number, scale: number, glass: Colour): void {
  const profile: Profile = [
    [6.5, 0],
    [7, 2],
    [7, 10],
    [7, 24],
    [6.5, 28],
    [3, 33],
    [2.4, 36],
    [2.4, 46],
    [2.8, 47],
  ];
  turnedBody(easel, x, y, scale, profile, glass, false);
}

export function paintBowl(
  easel: Easel,
  x: number,
  y: number,
  scale: number,
  tone: Colour,
  fruit: readonly Subject[],
): void {
  const choice = easel.random.branch('bowl');
  for (const [aside, up] of [
    [-8, 17],
    [8, 17],
    [0, 20],
    [-1, 13],
  ] as const) {
    const subject = fruit[choice.integer(0, Math.max(0, fruit.length - 1))];
    if (subject !== undefined)
      paintFruit(easel, subject, x + aside * scale, y - up * scale * 0.62, scale * 6.5, choice);
  }
  turnedBody(
    easel,
    x,
    y,
    scale,
    [
      [6, 0],
      [7, 1.5],
      [13, 6],
      [17, 12],
      [18, 15],
    ],
    tone,
    true,
  );
}

export function paintCandle({ context, palette }: Easel, x: number, y: number, scale: number): void {
  const wax = colour('#efe3c8');
  const gradient = context.createLinearGradient(x - scale * 2.6, 0, x + scale * 2.6, 0);
  gradient.addColorStop(0, css(lighter(wax, -0.2)));
  gradient.addColorStop(0.4, css(wax));
  gradient.addColorStop(1, css(lighter(wax, -0.28)));
  context.fillStyle = css(colour('#8a6a35'));
  oval(context, x, y, scale * 7, scale * 1.8);
  context.fill();
  context.fillStyle = gradient;
  context.fillRect(x - scale * 2.6, y - scale * 26, scale * 5.2, scale * 26);
  context.save();
  context.globalCompositeOperation = 'screen';
  glow(context, x, y - scale * 30, scale * 46, mix(palette.lamp, colour('#ff9a4a'), 0.4), 0.75);
  glow(context, x, y - scale * 30, scale * 12, palette.lamp, 0.9);
  context.restore();
  context.fillStyle = css(colour('#fff3c4'));
  context.beginPath();
  context.moveTo(x, y - scale * 35);
  context.bezierCurveTo(
    x + scale * 2.6,
    y - scale * 30,
    x + scale * 1.6,
    y - scale * 27,
    x,
    y - scale * 26.6,
  );
  context.bezierCurveTo(x - scale * 1.6, y - scale * 27, x - scale * 2.2, y - scale * 30, x, y - scale * 35);
  context.fill();
}

/** A body as from a potter's wheel: the profile mirrored, glazed, with a window's light on its shoulder. */
function turnedBody(
  { context, palette, lightSide }: Easel,
  x: number,
  y: number,
  scale: number,
  profile: Profile,
  tone: Colour,
  hollow: boolean,
): void {
  const widest = Math.max(...profile.map(([half]) => half)) * scale;
  const outline = (): void => {
    context.beginPath();
    const first = profile[0] ?? [0, 0];
    context.moveTo(x - first[0] * scale, y);
    for (const side of [-1, 1]) {
      const points = side < 0 ? profile : [...profile].reverse();
      points.forEach(([half, up], index) => {
        const [nextHalf, nextUp] = points[index + 1] ?? [half, up];
        context.quadraticCurveTo(
          x + side * half * scale,
          y - up * scale,
          x + (side * (half + nextHalf) * scale) / 2,
          y - ((up + nextUp) * scale) / 2,
        );
      });
      if (side < 0) {
        const [half, up] = profile.at(-1) ?? first;
        // The near half of the rim bulges down, so that one looks into the vessel a little.
        context.quadraticCurveTo(
          x,
          y - up * scale + half * scale * (hollow ? 0.42 : 0.1),
          x + half * scale,
          y - up * scale,
        );
      }
    }
    context.quadraticCurveTo(x, y + first[0] * scale * 0.4, x - first[0] * scale, y);
    context.closePath();
  };
  const gradient = context.createLinearGradient(x - lightSide * widest, 0, x + lightSide * widest, 0);
  const dark: Colour = { l: tone.l * 0.38, a: tone.a * 0.7, b: tone.b * 0.7 };
  gradient.addColorStop(0, css(mix(dark, tone, 0.2)));
  gradient.addColorStop(0.22, css(dark));
  gradient.addColorStop(0.55, css(mix(dark, tone, 0.75)));
  gradient.addColorStop(0.76, css(lighter(tone, 0.06)));
  gradient.addColorStop(0.92, css(tone));
  gradient.addColorStop(1, css(mix(tone, dark, 0.4)));
  outline();
  context.fillStyle = gradient;
  context.fill();
  context.save();
  outline();
  context.clip();
  const tall = (profile.at(-1)?.[1] ?? 30) * scale;
  glow(
    context,
    x + lightSide * widest * 0.45,
    y - tall * 0.52,
    widest * 0.55,
    mix(palette.light, palette.white, 0.5),
    0.85,
  );
  context.fillStyle = css(palette.ink, 0.3);
  oval(context, x, y + scale, widest, scale * 3);
  context.fill();
  context.restore();
}
