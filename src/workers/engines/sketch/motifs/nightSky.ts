import { css, mix } from '../colour.ts';
import type { Easel } from '../easel.ts';
import { landBelow, type Point, verticalGradient } from '../paint.ts';
import { paintFir } from '../trees.ts';
import type { Motif } from './motif.ts';

/** The sky is the picture; below it only dark hills and a few firs to show how large it is. */
export const nightSky: Motif = (easel) => {
  const { height, horizon, unit, noise, random } = easel;
  let nearest = (_x: number): number => height;
  for (let fold = 0; fold < 3; fold++) {
    const t = fold / 2;
    const offset = random.branch(`fold ${fold}`).between(0, 90);
    const level = (x: number): number =>
      horizon +
      (height - horizon) * (0.05 + t * 0.5) -
      noise.fractal(x / (unit * 42) + offset, fold * 3, 5) * unit * (9 - t * 3);
    paintFold(easel, level, t);
    nearest = level;
    if (fold === 1) paintFirs(easel, level);
  }
  return {
    footing: (x) => Math.min(height - unit, nearest(x) + unit * 0.8),
    size: unit * 13,
    waterline: null,
  };
};

function paintFold(
  { context, palette, scene, width, height, horizon, unit }: Easel,
  level: (x: number) => number,
  t: number,
): void {
  const points: Point[] = [];
  for (let x = -unit; x <= width + unit * 2; x += unit * 0.6) points.push([x, level(x)]);
  const snowy = scene.features.has('snowyGround');
  const top = mix(palette.far, palette.near, 0.25 + t * 0.6);
  context.fillStyle = verticalGradient(context, horizon - unit * 9, height, [
    [0, snowy ? mix(top, palette.white, 0.35 - t * 0.1) : mix(top, palette.horizon, 0.3 - t * 0.15)],
    [1, mix(top, palette.ink, 0.75)],
  ]);
  landBelow(context, points, height + unit);
  context.fill();
  context.strokeStyle = css(palette.horizon, 0.22);
  context.lineWidth = unit * 0.25;
  context.beginPath();
  for (const [x, y] of points) context.lineTo(x, y);
  context.stroke();
}

function paintFirs(easel: Easel, level: (x: number) => number): void {
  const { palette, random, width, unit, noise, scene } = easel;
  const trees = random.branch('firs');
  const colours = {
    dark: mix(palette.near, palette.ink, 0.7),
    lit: mix(palette.near, palette.far, 0.45),
    trunk: palette.ink,
    snow: scene.features.has('snowyGround') ? mix(palette.white, palette.sky, 0.5) : null,
  };
  for (let index = 0; index < Math.round(width / (unit * 2.2)); index++) {
    const x = trees.next() * width;
    const dense = noise.at(x / (unit * 24) + 31, 2);
    if (dense < -0.05) continue;
    paintFir(
      easel,
      x,
      level(x) + unit * 1.6,
      unit * (5 + dense * 18) * trees.between(0.6, 1.2),
      colours,
      trees,
    );
  }
}
