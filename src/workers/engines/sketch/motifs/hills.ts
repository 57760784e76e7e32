import { css, lighter, mix } from '../colour.ts';
import type { Easel } from '../easel.ts';
import { paintField, ramp } from '../field.ts';
import { smoothStep } from '../noise.ts';
import { oval } from '../paint.ts';
import { paintLeafyTree, type TreeColours } from '../trees.ts';
import { paintMeadow } from './ground.ts';
import type { Motif } from './motif.ts';

/** Rolling country: fold behind fold of fields, groves along the crests, a meadow in front. */
export const hills: Motif = (easel) => {
  const { random, height, horizon, unit, noise, scene } = easel;
  const shape = random.branch('hills');
  const folds = 5;
  let nearest = (_x: number): number => height;
  for (let fold = 0; fold < folds; fold++) {
    const t = fold / (folds - 1);
    const offset = shape.between(0, 90);
    const base = horizon + (height - horizon) * t ** 1.35 * 0.72;
    const rise = unit * (5 + t * 8);
    const wave = unit * (48 + t * 26);
    const level = (x: number): number =>
      base -
      noise.fractal(x / wave + offset, fold * 4.7, 3) * rise * 1.6 -
      Math.sin(x / (wave * 1.6) + offset) * rise * 0.5;
    paintFold(easel, level, t, fold);
    if (fold < folds - 1) paintGrove(easel, level, t, fold);
    nearest = level;
  }
  if (!scene.features.has('snowyGround')) paintMeadow(easel, nearest);
  return {
    footing: (x) => Math.min(height - unit * 7, nearest(x) + unit * 11),
    size: unit * 18,
    waterline: null,
  };
};

function paintFold(easel: Easel, level: (x: number) => number, t: number, fold: number): void {
  const { palette, scene, noise, width, height, unit, lightSide } = easel;
  const snowy = scene.features.has('snowyGround');
  const dark = snowy ? mix(palette.zenith, palette.white, 0.45) : mix(palette.leaf, palette.near, 0.25);
  const lit = snowy ? palette.white : palette.leafLit;
  const air = mix(palette.far, palette.horizon, 0.35);
  const tones = ramp([
    [0, mix(mix(dark, palette.ink, 0.22), air, (1 - t) ** 1.4 * 0.8)],
    [0.5, mix(mix(dark, lit, 0.45), air, (1 - t) ** 1.4 * 0.74)],
    [1, mix(mix(lit, palette.horizon, 0.18), air, (1 - t) ** 1.4 * 0.66)],
  ]);
  const thick = unit * (16 + t * 40);
  const top = Math.min(...Array.from({ length: 60 }, (_, index) => level((index / 59) * width)));
  paintField(easel, { left: 0, top: top - unit, width, height: height - top + unit }, 640, (x, y, out) => {
    const below = y - level(x);
    if (below < 0) {
      out[3] = 0;
      return;
    }
    // Fields: patches with edges of their own, and furrows that run with the slope.
    const u = x / (unit * (13 + t * 20));
    const v = below / (unit * (4 + t * 9));
    const patch =
      Math.floor(u + noise.at(u * 0.5, v * 0.5) * 1.2) * 7.3 +
      Math.floor(v + noise.at(u * 0.7, fold) * 0.8) * 3.1;
    const field = snowy ? 0 : ((Math.sin(patch * 12.9898 + fold) * 43758.5) % 1) * 0.13;
    const furrow = Math.sin((u * 5 + v * 2.2 + patch) * 6) * (snowy ? 0.012 : 0.035) * t;
    const slope = (level(x + unit * 2) - level(x - unit * 2)) / (unit * 4);
    const light =
      0.58 -
      slope * lightSide * 0.9 -
      smoothStep(0, thick, below) * 0.5 +
      noise.fractal(u * 2.4, v * 2.1, 3) * 0.16;
    const [red, green, blue] = tones(light + field + furrow);
    out[0] = red;
    out[1] = green;
    out[2] = blue;
    out[3] = Math.min(1, below / (unit * 0.25)) * 255;
  });
}

function paintGrove(easel: Easel, level: (x: number) => number, t: number, fold: number): void {
  const { context, palette, random, noise, width, unit, scene } = easel;
  const trees = random.branch(`grove ${fold}`);
  const air = mix(palette.far, palette.horizon, 0.35);
  const bare = scene.season === 'winter';
  const colours: TreeColours = {
    dark: mix(mix(palette.leaf, palette.ink, 0.35), air, (1 - t) * 0.62),
    lit: mix(mix(palette.leafLit, palette.leaf, 0.25), air, (1 - t) * 0.55),
    trunk: mix(palette.ink, air, (1 - t) * 0.5),
    snow: null,
  };
  const many = 5 + fold * 2;
  for (let index = 0; index < many; index++) {
    const x = trees.next() * width;
    if (noise.at(x / (unit * 22) + fold * 7, 3) < -0.12) continue;
    const size = unit * (4.5 + t * 13) * trees.between(0.7, 1.25);
    context.fillStyle = css(lighter(colours.dark, -0.03), 0.35);
    oval(context, x - easel.lightSide * size * 0.35, level(x) + unit * (0.5 + t), size * 0.5, size * 0.07);
    context.fill();
    paintLeafyTree(easel, x, level(x) + unit * (0.6 + t), size, colours, trees, bare ? 0.25 : 0.75);
  }
}
