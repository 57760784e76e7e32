import { type Colour, mix, toRgb } from '../colour.ts';
import type { Easel } from '../easel.ts';
import { paintField, ramp } from '../field.ts';
import { smoothStep } from '../noise.ts';

export interface Ridge {
  /** The height of the crest at x, in pixels from the top. */
  readonly crest: (x: number) => number;
  readonly bottom: number;
  readonly lit: Colour;
  readonly shadow: Colour;
  /** What lies before it: its foot vanishes in this. */
  readonly haze: Colour;
  /** 0 is all clear, 1 is lost in the air. */
  readonly distance: number;
  /** 0 bare – 1 white all over; null where no snow can lie. */
  readonly snow: number | null;
  readonly snowLit: Colour;
  readonly snowShadow: Colour;
  /** The size of its faces, in pixels. */
  readonly grain: number;
}

/** A mountain range: rock faces shaped by ridged noise that falls away from the crest, lit from one side. */
export function paintRidge(easel: Easel, ridge: Ridge): void {
  const { width, noise, lightSide, unit } = easel;
  const highest = highestOf(ridge.crest, width);
  const height = ridge.bottom - highest;
  if (height <= 1) return;
  const rock = ramp([
    [0, ridge.shadow],
    [0.55, mix(ridge.shadow, ridge.lit, 0.5)],
    [1, ridge.lit],
  ]);
  const white = ramp([
    [0, ridge.snowShadow],
    [0.45, mix(ridge.snowShadow, ridge.snowLit, 0.45)],
    [1, ridge.snowLit],
  ]);
  const haze = toRgb(ridge.haze);
  const fine = 1 / ridge.grain;
  const step = lightSide * 0.16;
  const crests = new Float64Array(width + 1);
  for (let x = 0; x <= width; x++) crests[x] = ridge.crest(x);
  const soft = Math.max(1, unit * 0.18);
  paintField(easel, { left: 0, top: highest - 2, width, height: height + 2 }, 760, (x, y, out) => {
    const crest = crests[Math.round(x)] ?? 0;
    const below = y - crest;
    if (below < -soft) {
      out[3] = 0;
      return;
    }
    // Sampled down the slope from the crest, so that spurs begin at the peaks and run down from them.
    const u = x * fine + noise.at(x * fine * 0.6, y * fine * 0.5) * 0.5;
    const v = below * fine * 0.62 + crest * fine * 0.2;
    const here = noise.ridged(u, v, 4);
    const there = noise.ridged(u + step, v - 0.07, 4);
    const shade = 0.47 + (here - there) * 2.5 + noise.at(u * 7, v * 7) * 0.1;
    const foot = Math.max(0, below / (ridge.bottom - crest + 1));
    let tone = rock(shade);
    if (ridge.snow !== null) {
      const lies = (ridge.snow - 0.5) * 1.9 + (here - 0.5) * 0.85 + 0.42 - foot * (1.35 - ridge.snow);
      if (lies > 0.1 + noise.at(u * 4, v * 3) * 0.22) tone = white(shade * 1.05 + 0.1);
    }
    const fade = Math.min(
      1,
      ridge.distance + smoothStep(0.35, 1.15, foot) * 0.55 * (1 - ridge.distance * 0.4),
    );
    out[0] = tone[0] + (haze[0] - tone[0]) * fade;
    out[1] = tone[1] + (haze[1] - tone[1]) * fade;
    out[2] = tone[2] + (haze[2] - tone[2]) * fade;
    out[3] = 255 * smoothStep(-soft, soft * 0.6, below);
  });
}

function highestOf(crest: (x: number) => number, width: number): number {
  let highest = Number.POSITIVE_INFINITY;
  for (let x = 0; x <= width; x += 2) highest = Math.min(highest, crest(x));
  return highest;
}
