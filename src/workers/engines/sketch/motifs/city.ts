import { type Colour, colour, css, mix } from '../colour.ts';
import type { Easel } from '../easel.ts';
import { glow, verticalGradient } from '../paint.ts';
import type { Random } from '../random.ts';
import { paintWater } from '../water.ts';
import type { Motif } from './motif.ts';

/** A skyline in three depths with lit windows, mirrored in a river or a wet street. */
export const city: Motif = (easel) => {
  const { random, scene, palette, context, width, height, horizon, unit } = easel;
  const dark = ['night', 'dusk'].includes(scene.time);
  const lamps = dark ? 1 : scene.time === 'day' || scene.time === 'dawn' ? 0.12 : 0.45;
  // The town's own light in the air above it.
  context.save();
  context.globalCompositeOperation = 'screen';
  const haze = mix(palette.lamp, palette.horizon, 0.45);
  for (const [at, strength] of [
    [0.5, 0.6],
    [0.15, 0.35],
    [0.85, 0.35],
  ] as const) {
    glow(context, width * at, horizon, Math.max(unit * 62, width * 0.4), haze, lamps * strength);
  }
  context.restore();
  for (let row = 0; row < 3; row++) paintRow(easel, row, lamps, random.branch(`row ${row}`));
  const wet = scene.weather === 'rain' || scene.weather === 'storm';
  paintQuay(easel, lamps);
  paintWater(easel, {
    top: horizon,
    bottom: height,
    roughness: wet ? 0.24 : 0.16,
    mirror: dark || wet ? 0.95 : 0.85,
  });
  if (lamps > 0.3) paintLampStreaks(easel);
  return { footing: () => height - unit * 6, size: unit * 14, waterline: horizon + (height - horizon) * 0.4 };
};

function paintRow(easel: Easel, row: number, lamps: number, shape: Random): void {
  const { palette, width, horizon, unit, noise } = easel;
  const t = row / 2;
  const offset = shape.between(0, 50);
  let x = -unit * shape.between(0, 8);
  while (x < width) {
    const wide = unit * shape.between(5.5, 11) * (1 - t * 0.12);
    const centre = 1 - Math.abs(x / width - 0.5) * 0.9;
    const swell = 0.6 + noise.at(x / (unit * 38) + offset, row) * 0.65;
    const spire = shape.chance(0.13) ? 1.45 : 1;
    const tall =
      horizon * (0.86 - t * 0.4) * Math.max(0.25, swell * centre * shape.between(0.62, 1.05) * spire);
    const air = (1 - t) * 0.62 + lamps * 0.1;
    const wall = mix(
      mix(palette.near, palette.ink, 0.3 * t + shape.between(0, 0.2)),
      mix(palette.far, palette.horizon, 0.25),
      air,
    );
    paintBuilding(easel, { x, wide, top: horizon - tall, wall, t, lamps, spire: spire > 1 }, shape);
    x += wide * shape.between(0.82, 1.12) + (row === 2 && shape.chance(0.3) ? unit * 3 : 0);
  }
}

interface Building {
  readonly x: number;
  readonly wide: number;
  readonly top: number;
  readonly wall: Colour;
  readonly t: number;
  readonly lamps: number;
  readonly spire: boolean;
}

function paintBuilding(easel: Easel, building: Building, shape: Random): void {
  const { context, palette, horizon, unit, lightSide, scene } = easel;
  const { x, wide, top, wall, t, spire } = building;
  const lit = mix(wall, mix(palette.horizon, palette.light, 0.3), scene.time === 'night' ? 0.3 : 0.5);
  const air = mix(mix(palette.far, palette.horizon, 0.5), palette.lamp, building.lamps * 0.22);
  context.fillStyle = verticalGradient(context, top, horizon, [
    [0, wall],
    [0.6, mix(wall, air, 0.16)],
    [1, mix(wall, air, 0.5 - t * 0.3)],
  ]);
  context.fillRect(x, top, wide, horizon - top);
  const stepped = shape.integer(0, 3);
  if (stepped === 0) context.fillRect(x + wide * 0.18, top - unit * 3, wide * 0.64, unit * 3.2);
  if (spire) {
    context.fillRect(x + wide * 0.3, top - unit * 5, wide * 0.4, unit * 5.2);
    context.fillRect(x + wide * 0.48, top - unit * 14, Math.max(0.8, unit * 0.4), unit * 10);
  } else if (stepped === 1 && t < 1) {
    context.beginPath();
    context.moveTo(x, top + 0.5);
    context.lineTo(x + (lightSide < 0 ? wide : 0), top - unit * shape.between(2, 5));
    context.lineTo(x + wide, top + 0.5);
    context.fill();
  } else if (stepped === 2) {
    context.fillRect(x + wide * 0.3, top - unit * 5, Math.max(0.6, unit * 0.25), unit * 5);
  }
  const side = context.createLinearGradient(x, 0, x + wide, 0);
  side.addColorStop(lightSide < 0 ? 0 : 1, css(lit, 0.75));
  side.addColorStop(lightSide < 0 ? 0.35 : 0.65, css(lit, 0.16));
  side.addColorStop(lightSide < 0 ? 1 : 0, css(palette.ink, 0.22));
  context.fillStyle = side;
  context.fillRect(x, top, wide, horizon - top);
  paintWindows(easel, building, shape);
}

function paintWindows({ context, palette, unit, horizon }: Easel, building: Building, shape: Random): void {
  const { x, wide, top, wall, t, lamps } = building;
  const stepX = unit * (1.25 + t * 0.55);
  const stepY = unit * (1.7 + t * 0.7);
  const columns = Math.max(1, Math.floor((wide - unit) / stepX));
  const left = x + (wide - columns * stepX) / 2;
  const kinds = [
    palette.lamp,
    mix(palette.lamp, palette.white, 0.5),
    mix(palette.lamp, colour('#ff9a5a'), 0.6),
    colour('#b8d8ff'),
  ];
  const busy = shape.between(0.3, 0.75) * lamps;
  const pane = mix(wall, palette.sky, 0.45);
  for (let y = top + unit * 1.4; y < horizon - unit * 2; y += stepY) {
    const floorLit = shape.chance(0.08 * lamps);
    for (let column = 0; column < columns; column++) {
      const on = floorLit || shape.chance(busy);
      const glass = kinds[shape.integer(0, 3)] ?? palette.lamp;
      context.fillStyle = on ? css(glass, (0.5 + t * 0.5) * shape.between(0.6, 1)) : css(pane, 0.3);
      context.fillRect(left + column * stepX + stepX * 0.18, y, stepX * 0.62, stepY * 0.56);
    }
  }
}

function paintQuay({ context, palette, width, horizon, unit, random }: Easel, lamps: number): void {
  context.fillStyle = css(mix(palette.ink, palette.near, 0.4));
  context.fillRect(0, horizon - unit * 1.3, width, unit * 1.7);
  const places = random.branch('quay lamps');
  for (let x = unit * places.between(2, 6); x < width; x += unit * places.between(7, 11)) {
    context.fillStyle = css(palette.ink);
    context.fillRect(x, horizon - unit * 4.2, Math.max(0.6, unit * 0.22), unit * 3.4);
    if (lamps < 0.3) continue;
    context.save();
    context.globalCompositeOperation = 'screen';
    glow(context, x, horizon - unit * 4.2, unit * 5, palette.lamp, 0.85 * lamps);
    context.restore();
  }
}

/** Coloured lights drawn out downwards over the water, as a wet night does. */
function paintLampStreaks({ context, palette, random, width, height, horizon, unit }: Easel): void {
  const streaks = random.branch('streaks');
  const kinds = [palette.lamp, palette.accents[0], palette.accents[2], palette.lamp, palette.accents[1]];
  context.save();
  context.globalCompositeOperation = 'screen';
  for (let index = 0; index < Math.round(width / (unit * 3.2)); index++) {
    const x = streaks.next() * width;
    const long = (height - horizon) * streaks.between(0.35, 1);
    const tone = kinds[streaks.integer(0, 4)] ?? palette.lamp;
    for (let y = 0; y < long; y += unit * 1.1) {
      const strength = 0.42 * (1 - y / long) * streaks.next();
      context.fillStyle = css(tone, strength);
      const wide = unit * streaks.between(0.6, 2.2);
      context.fillRect(x - wide / 2 + streaks.bell() * unit * 0.4, horizon + unit + y, wide, unit * 0.55);
    }
  }
  context.restore();
}
