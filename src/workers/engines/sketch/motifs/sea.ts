import { css, mix } from '../colour.ts';
import type { Easel } from '../easel.ts';
import { landBelow, type Point, verticalGradient } from '../paint.ts';
import { paintFoamLine, paintWater } from '../water.ts';
import type { Ground, Motif } from './motif.ts';
import { paintRidge } from './ridges.ts';

/** Open water to the horizon; a beach before it, or a cliff at one side. */
export const sea: Motif = (easel) => {
  const { scene, random, unit, height, horizon } = easel;
  const rough =
    scene.weather === 'storm'
      ? 0.95
      : scene.features.has('waves')
        ? 0.7
        : scene.features.has('calm')
          ? 0.1
          : 0.3;
  const lit = scene.subjects.some(({ kind }) => kind === 'lighthouse');
  const beach = scene.features.has('beach') && !lit;
  const cliff = scene.features.has('cliff') || lit;
  if (random.branch('island').chance(0.55) && !cliff) paintFarCoast(easel);
  paintWater(easel, { top: horizon, bottom: height, roughness: rough, mirror: 0.82 - rough * 0.3 });
  if (cliff) return paintCliff(easel, rough);
  if (beach) return paintBeach(easel);
  return { footing: () => height - unit * 8, size: unit * 15, waterline: horizon + (height - horizon) * 0.2 };
};

function paintFarCoast(easel: Easel): void {
  const { palette, noise, width, horizon, unit, sun } = easel;
  const shift = easel.random.branch('coast').between(0, 60);
  const side = sun.x < width / 2 ? 1 : 0;
  const reach = width * 0.62;
  paintRidge(easel, {
    crest: (x) => {
      const inland = Math.max(0, 1 - Math.abs(x - width * side) / reach);
      return horizon + unit - inland ** 1.3 * unit * (9 + noise.ridged(x / (unit * 30) + shift, 3, 5) * 13);
    },
    bottom: horizon + unit,
    lit: mix(palette.far, palette.horizon, 0.35),
    shadow: mix(palette.far, palette.near, 0.25),
    haze: mix(palette.far, palette.horizon, 0.6),
    distance: 0.3,
    snow: null,
    snowLit: palette.white,
    snowShadow: palette.far,
    grain: unit * 10,
  });
}

function paintBeach(easel: Easel): Ground {
  const { context, palette, noise, width, height, horizon, unit, lightSide } = easel;
  const top = horizon + (height - horizon) * 0.5;
  const level = (x: number): number =>
    top +
    (x / width - 0.5) * lightSide * (height - horizon) * 0.3 +
    noise.fractal(x / (unit * 40), 8, 3) * unit * 6;
  const points: Point[] = [];
  for (let x = -unit; x <= width + unit * 2; x += unit) points.push([x, level(x)]);
  const sand = mix(
    mix({ l: 0.82, a: 0.012, b: 0.06 }, palette.horizon, 0.4),
    palette.near,
    palette.light.l < 0.9 ? 0.4 : 0.12,
  );
  const dim = palette.zenith.l < 0.35 ? mix(sand, palette.near, 0.45) : sand;
  context.fillStyle = verticalGradient(context, top - unit * 12, height, [
    [0, mix(dim, palette.deepWater, 0.42)],
    [0.3, dim],
    [1, mix(dim, palette.near, 0.34)],
  ]);
  landBelow(context, points, height + unit);
  context.fill();
  paintFoamLine(easel, level, palette.white);
  const dots = easel.random.branch('sand');
  for (let index = 0; index < 700; index++) {
    const x = dots.next() * width;
    const y = level(x) + unit * 2 + dots.next() ** 0.8 * (height - level(x));
    context.fillStyle = css(mix(dim, dots.chance(0.5) ? palette.ink : palette.white, 0.3), 0.35);
    context.fillRect(x, y, unit * dots.between(0.4, 2.2), unit * 0.24);
  }
  return {
    footing: () => height - unit * 10,
    size: unit * 18,
    waterline: horizon + (height - horizon) * 0.16,
  };
}

function paintCliff(easel: Easel, rough: number): Ground {
  const { palette, noise, width, height, horizon, unit, lightSide, scene, context, random } = easel;
  const shift = random.branch('cliff').between(0, 50);
  // The rock stands on the side away from the light, so that its face is lit.
  const wall = lightSide < 0 ? width : 0;
  const reach = Math.min(width * 0.62, unit * 74);
  const top = horizon - unit * 3;
  const crest = (x: number): number => {
    const inland = 1 - Math.abs(x - wall) / reach;
    const edge = Math.min(1, Math.max(0, inland * 4.2 + noise.fractal(x / (unit * 9) + shift, 3, 4) * 0.28));
    return (
      height +
      unit * 4 -
      (height + unit * 4 - top) * edge ** 0.8 -
      noise.fractal(x / (unit * 14), 7, 4) * unit * 3
    );
  };
  const snowy = scene.features.has('snowyGround');
  const stone = mix(palette.near, { l: 0.5, a: 0.008, b: 0.022 }, 0.5);
  paintRidge(easel, {
    crest,
    bottom: height + unit * 2,
    lit: mix(stone, palette.horizon, scene.weather === 'storm' ? 0.28 : 0.45),
    shadow: mix(stone, palette.ink, 0.72),
    haze: mix(palette.deepWater, palette.horizon, 0.35),
    distance: 0,
    snow: snowy ? 0.6 : null,
    snowLit: palette.white,
    snowShadow: mix(palette.white, palette.zenith, 0.5),
    grain: unit * 15,
  });
  const turf = random.branch('turf');
  context.lineWidth = unit * 0.35;
  for (let x = 0; x < width; x += unit * 0.24) {
    const y = crest(x);
    if (y > top + unit * 12) continue;
    const tone = snowy ? palette.white : mix(palette.leaf, palette.leafLit, turf.next());
    context.strokeStyle = css(tone, 0.85);
    context.beginPath();
    context.moveTo(x, y + unit * turf.between(0.6, 3));
    context.lineTo(x + turf.bell() * unit * 0.6, y - unit * turf.between(0.1, 0.9));
    context.stroke();
  }
  const spray = random.branch('spray');
  const edgeX = wall + (wall === 0 ? 1 : -1) * reach * 0.86;
  for (let index = 0; index < 700 * rough; index++) {
    const tall = spray.next();
    context.fillStyle = css(palette.white, spray.between(0.1, 0.5) * (1 - tall));
    const size = unit * spray.between(0.12, 0.75);
    context.beginPath();
    context.arc(edgeX + spray.bell() * unit * 9, height - unit * (3 + tall ** 1.4 * 24), size, 0, 7);
    context.fill();
  }
  return { footing: (x) => crest(x) + unit, size: unit * 17, waterline: horizon + (height - horizon) * 0.24 };
}
