import { css, lighter, mix, vivid } from '../colour.ts';
import type { Easel } from '../easel.ts';
import { glow, landBelow, type Point, verticalGradient } from '../paint.ts';
import type { Random } from '../random.ts';
import { paintFir, type TreeColours } from '../trees.ts';
import { paintWater } from '../water.ts';
import { paintHollows, paintMeadow } from './ground.ts';
import type { Ground, Motif } from './motif.ts';
import { paintRidge } from './ridges.ts';

/** Ranges behind ranges, each clearer than the one behind it; a lake before them, or a valley with firs. */
export const mountains: Motif = (easel) => {
  const { scene, random, unit, height, horizon } = easel;
  const lake = scene.features.has('lake') || random.branch('lake').chance(0.35);
  paintRanges(easel);
  if (lake) {
    paintFarShore(easel);
    paintWater(easel, {
      top: horizon,
      bottom: height,
      roughness: scene.weather === 'storm' ? 0.5 : 0.07,
      mirror: 0.94,
    });
    if (scene.weather === 'fog' || scene.time === 'dawn') paintMist(easel);
  }
  return paintNearShore(easel, lake, unit);
};

function paintRanges(easel: Easel): void {
  const { palette, scene, random, noise, width, horizon, unit, sun } = easel;
  const shape = random.branch('ranges');
  const dark = scene.time === 'night' || scene.time === 'dusk';
  const frozen = scene.features.has('snowyGround');
  const warm = mix(palette.light, palette.horizon, 0.45);
  const base = horizon + unit * 2;
  const ranges = 4;
  const mainPeak = width * (sun.x < width / 2 ? shape.between(0.58, 0.74) : shape.between(0.26, 0.42));
  for (let range = 0; range < ranges; range++) {
    const t = range / (ranges - 1);
    const offset = shape.between(0, 200);
    // The second range holds the mountain of the picture; the nearest are low shoulders at the sides.
    const tall = Math.min(horizon, width * 1.1) * (range === 1 ? 0.6 : 0.5 - t * 0.3);
    const peaks = peaksAcross(width, unit * (30 - t * 9), shape);
    if (range === 1) peaks.push({ x: mainPeak, height: 1.12, steep: 0.92 });
    const crest = (x: number): number => {
      let rise = 0.1;
      for (const peak of peaks) {
        rise = Math.max(rise, peak.height - ((Math.abs(x - peak.x) * peak.steep) / tall) * 0.95);
      }
      const jag = (noise.ridged(x / (unit * 9) + offset, range * 9.1, 5) - 0.5) * 0.17;
      const swell = noise.fractal(x / (unit * 40) + offset, range * 3.3, 2) * 0.14;
      const valley = range >= 2 ? 0.35 + 0.65 * Math.min(1, Math.abs(x - sun.x) / (width * 0.5)) : 1;
      return base - tall * valley * Math.max(0.06, rise + jag + swell);
    };
    const stone = mix(palette.far, palette.near, 0.22 + t * 0.68);
    paintRidge(easel, {
      crest,
      bottom: base + unit,
      lit: mix(lighter(stone, dark ? 0.07 : 0.13), warm, (dark ? 0.14 : 0.36) * (1 - t * 0.4)),
      shadow: mix(lighter(stone, dark ? -0.05 : -0.13), palette.zenith, 0.5),
      haze: mix(palette.far, palette.horizon, 0.62),
      distance: (0.4 - t * 0.36) * (dark ? 1.25 : 1) + (scene.weather === 'fog' ? 0.16 : 0),
      snow: range < 3 || frozen ? (frozen ? 0.74 : 0.5 - t * 0.42) : null,
      snowLit: mix(palette.white, vivid(warm, 1.15), dark ? 0.2 : 0.34),
      snowShadow: mix(mix(palette.far, palette.zenith, 0.55), palette.white, dark ? 0.16 : 0.3),
      grain: unit * (13 - t * 4),
    });
  }
}

interface Peak {
  readonly x: number;
  /** 1 is as tall as the range. */
  readonly height: number;
  readonly steep: number;
}

function peaksAcross(width: number, apart: number, shape: Random): Peak[] {
  const peaks: Peak[] = [];
  for (let x = -apart * shape.next(); x < width + apart; x += apart * shape.between(0.6, 1.3)) {
    peaks.push({ x, height: shape.between(0.42, 0.86), steep: shape.between(0.6, 1.05) });
  }
  return peaks;
}

/** A low dark line of trees, so that the water has an edge to mirror. */
function paintFarShore(easel: Easel): void {
  const { context, palette, noise, width, horizon, unit } = easel;
  const tone = mix(mix(palette.leaf, palette.near, 0.5), palette.far, 0.38);
  const points: Point[] = [];
  for (let x = 0; x <= width + unit; x += unit * 0.35) {
    const grove = Math.max(0, noise.fractal(x / (unit * 26) + 5, 2, 2) + 0.16);
    const tips = Math.abs(noise.at(x / (unit * 0.8), 9)) * unit * 2.2;
    points.push([x, horizon - grove * (unit * 5 + tips * 1.4) - unit * 0.3]);
  }
  context.fillStyle = verticalGradient(context, horizon - unit * 7, horizon, [
    [0, mix(tone, palette.leafLit, 0.2)],
    [1, tone],
  ]);
  landBelow(context, points, horizon + unit * 0.4);
  context.fill();
}

function paintMist(easel: Easel): void {
  const { context, palette, random, width, horizon, unit } = easel;
  const drift = random.branch('mist');
  const tone = mix(palette.horizon, palette.white, 0.5);
  for (let index = 0; index < 14; index++) {
    context.save();
    context.translate(drift.between(-0.1, 1.1) * width, horizon + unit * drift.between(-5, 2.5));
    context.scale(1, drift.between(0.07, 0.13));
    glow(context, 0, 0, unit * drift.between(24, 48), tone, drift.between(0.25, 0.55));
    context.restore();
  }
}

function paintNearShore(easel: Easel, lake: boolean, unit: number): Ground {
  const { context, palette, scene, random, noise, width, height, horizon, sun } = easel;
  const frozen = scene.features.has('snowyGround');
  const trees = random.branch('near trees');
  const rise = lake ? height * 0.13 : height - horizon - unit * 2;
  const level = (x: number): number => {
    const side = Math.abs(x - sun.x) / width;
    const bank = lake ? Math.max(0, side * 1.55 - 0.22) : 1 + side * 0.25;
    return height - rise * bank - noise.fractal(x / (unit * 30), 4, 4) * unit * 3.5 + (lake ? unit * 2 : 0);
  };
  const points: Point[] = [];
  for (let x = -unit; x <= width + unit * 2; x += unit) points.push([x, level(x)]);
  const ground = frozen ? mix(palette.white, palette.zenith, 0.3) : mix(palette.leaf, palette.near, 0.45);
  context.fillStyle = verticalGradient(context, height - rise, height, [
    [0, mix(ground, frozen ? palette.white : palette.leafLit, 0.35)],
    [1, mix(ground, palette.ink, frozen ? 0.2 : 0.55)],
  ]);
  landBelow(context, points, height + unit);
  context.fill();
  if (frozen && !lake) paintHollows(easel, level);
  if (!frozen && !lake) paintMeadow(easel, level, 0.4);
  const colours: TreeColours = {
    dark: mix(palette.near, mix(palette.leaf, palette.ink, 0.4), 0.6),
    lit: mix(palette.leaf, palette.leafLit, 0.45),
    trunk: palette.ink,
    snow: frozen ? mix(palette.white, palette.sky, 0.25) : null,
  };
  const places: { x: number; size: number }[] = [];
  for (let index = 0; index < 46; index++) {
    const x = trees.next() * width;
    const side = Math.abs(x - sun.x) / width;
    if (side < (lake ? 0.2 : 0.1) || trees.chance(0.3)) continue;
    places.push({ x, size: unit * (9 + side * 26) * trees.between(0.6, 1.2) });
  }
  places.sort((one, other) => one.size - other.size);
  for (const { x, size } of places) paintFir(easel, x, level(x) + unit * 1.6, size, colours, trees);
  if (!frozen) paintGrass(easel, level, css(mix(palette.leaf, palette.leafLit, 0.6), 0.5));
  return {
    footing: (x) => Math.min(height - unit * 4, level(x) + unit * 4),
    size: unit * 17,
    waterline: lake ? horizon + (height - horizon) * 0.36 : null,
  };
}

function paintGrass(
  { context, random, unit, width, height }: Easel,
  level: (x: number) => number,
  tone: string,
): void {
  const blades = random.branch('grass');
  context.strokeStyle = tone;
  context.lineWidth = unit * 0.22;
  context.beginPath();
  for (let index = 0; index < 900; index++) {
    const x = blades.next() * width;
    const y = level(x) + blades.next() ** 1.6 * (height - level(x));
    const tall = unit * blades.between(0.8, 2.6);
    context.moveTo(x, y);
    context.quadraticCurveTo(x, y - tall * 0.6, x + blades.bell() * unit * 0.6, y - tall);
  }
  context.stroke();
}
