import { colour, css, lighter, mix } from '../colour.ts';
import type { Easel } from '../easel.ts';
import { landBelow, oval, type Point, verticalGradient } from '../paint.ts';
import { paintLeafyTree, type TreeColours } from '../trees.ts';
import { paintMeadow } from './ground.ts';
import { hills } from './hills.ts';
import type { Motif } from './motif.ts';

/** Flowering trees over a meadow, a path between them, petals in the air. */
export const garden: Motif = (easel) => {
  const { random, scene, palette, width, height, horizon, unit, noise } = easel;
  const trees = random.branch('garden');
  if (trees.chance(0.5)) hills(easel);
  const blossoming = scene.features.has('blossom') || scene.season === 'spring';
  const named = scene.colours[0];
  const petal = named ?? colour('#f3a6c0');
  const night = scene.time === 'night' || scene.time === 'dusk';
  const level = (x: number): number => horizon + unit * 3 - noise.fractal(x / (unit * 50), 6, 2) * unit * 6;
  paintLawn(easel, level);
  paintPath(easel, level);
  const leafy: TreeColours = {
    dark: mix(palette.leaf, palette.ink, 0.25),
    lit: palette.leafLit,
    trunk: mix(colour('#49352c'), palette.near, 0.35),
    snow: null,
  };
  const flowering: TreeColours = {
    dark: mix(mix(petal, palette.zenith, night ? 0.65 : 0.38), palette.near, night ? 0.35 : 0.12),
    lit: lighter(mix(petal, palette.light, night ? 0.1 : 0.5), night ? -0.12 : 0.03),
    trunk: leafy.trunk,
    snow: null,
  };
  for (let row = 0; row < 4; row++) {
    const t = row / 3;
    for (
      let x = unit * trees.between(-10, 10);
      x < width + unit * 10;
      x += unit * (13 + t * 22) * trees.between(0.7, 1.3)
    ) {
      if (Math.abs(x - width * 0.5) < width * (0.04 + t * 0.2)) continue;
      const foot = level(x) + unit * (1 + t ** 1.5 * 17);
      const air = (1 - t) * 0.45;
      const kind = blossoming && trees.chance(0.85) ? flowering : leafy;
      const colours = {
        ...kind,
        dark: mix(kind.dark, palette.horizon, air),
        lit: mix(kind.lit, palette.horizon, air),
        trunk: mix(kind.trunk, palette.horizon, air),
      };
      const tall = unit * (20 + t * 42) * trees.between(0.85, 1.15);
      paintShade(easel, x, foot, tall);
      paintLeafyTree(easel, x, foot, tall, colours, trees, 1.25);
    }
  }
  paintMeadow(easel, (x) => level(x) + unit * 13, 1.3);
  if (blossoming) paintPetals(easel, petal);
  return { footing: () => height - unit * 8, size: unit * 18, waterline: null };
};

function paintLawn(
  { context, palette, width, height, unit, horizon }: Easel,
  level: (x: number) => number,
): void {
  const points: Point[] = [];
  for (let x = -unit; x <= width + unit * 2; x += unit) points.push([x, level(x)]);
  context.fillStyle = verticalGradient(context, horizon - unit * 4, height, [
    [0, mix(palette.leafLit, palette.horizon, 0.4)],
    [0.3, mix(palette.leafLit, palette.leaf, 0.35)],
    [1, mix(palette.leaf, palette.ink, 0.3)],
  ]);
  landBelow(context, points, height + unit);
  context.fill();
}

function paintPath(
  { context, palette, width, height, unit, lightSide }: Easel,
  level: (x: number) => number,
): void {
  const middle = width * 0.5;
  const top = level(middle) + unit * 0.5;
  const sand = mix(
    mix(colour('#e6d3b3'), palette.horizon, 0.4),
    palette.near,
    palette.zenith.l < 0.4 ? 0.5 : 0.05,
  );
  context.fillStyle = verticalGradient(context, top, height, [
    [0, mix(sand, palette.light, 0.3)],
    [1, mix(sand, palette.near, 0.3)],
  ]);
  const sway = lightSide * width * 0.13;
  context.beginPath();
  context.moveTo(middle - unit, top);
  context.bezierCurveTo(
    middle - sway,
    top + (height - top) * 0.3,
    middle + sway * 0.6,
    top + (height - top) * 0.55,
    middle - unit * 24,
    height + unit,
  );
  context.lineTo(middle + unit * 20, height + unit);
  context.bezierCurveTo(
    middle + sway + unit * 15,
    top + (height - top) * 0.55,
    middle - sway * 0.7,
    top + (height - top) * 0.3,
    middle + unit,
    top,
  );
  context.fill();
}

function paintShade({ context, palette, lightSide }: Easel, x: number, foot: number, tall: number): void {
  context.fillStyle = css(mix(palette.leaf, palette.ink, 0.5), 0.35);
  oval(context, x - lightSide * tall * 0.2, foot + tall * 0.01, tall * 0.42, tall * 0.055);
  context.fill();
}

function paintPetals(
  { context, random, palette, width, height, unit }: Easel,
  petal: Parameters<typeof css>[0],
): void {
  const drift = random.branch('petals');
  for (let index = 0; index < 240; index++) {
    const near = drift.next() ** 3;
    const size = unit * (0.3 + near * 1.0);
    const low = drift.chance(0.6);
    const y = low ? height * drift.between(0.72, 1) : height * drift.next();
    context.fillStyle = css(mix(petal, palette.white, drift.between(0.2, 0.75)), 0.85);
    oval(context, drift.next() * width, y, size, size * (low ? 0.4 : 0.6), drift.bell());
    context.fill();
  }
}
