import { type Colour, colour, css, mix } from '../colour.ts';
import type { Easel } from '../easel.ts';
import { glow, landBelow, type Point, verticalGradient } from '../paint.ts';
import { paintFir, paintLeafyTree, type TreeColours } from '../trees.ts';
import { paintHollows, paintMeadow } from './ground.ts';
import type { Motif } from './motif.ts';

/** A clearing in the wood: rows of trees fading into bright air, a path of light, trunks at the sides. */
export const forest: Motif = (easel) => {
  const { scene, random, context, palette, width, height, horizon, unit, sun, noise } = easel;
  const snowy = scene.features.has('snowyGround');
  const leafy =
    !snowy &&
    !scene.features.has('firs') &&
    (scene.season !== null || random.branch('kind of wood').chance(0.45));
  const rows = 5;
  const trees = random.branch('wood');
  let ground = (_x: number): number => height;
  const air = mix(palette.horizon, palette.sky, 0.25);
  for (let row = 0; row < rows; row++) {
    const t = row / (rows - 1);
    const base = horizon - unit * 2 + (height - horizon) * t ** 1.6 * 0.62;
    const level = (x: number): number =>
      base - noise.fractal(x / (unit * 46), row * 5.3, 3) * unit * (3 + t * 5);
    const colours = treeColours(easel, air, (1 - t) ** 0.8 * 0.84, snowy);
    const size = unit * (26 + t * 62) * Math.max(1, (height / width) * 0.8);
    const gap = unit * (6.5 + t * 17);
    for (let x = -gap * trees.next(); x < width + gap; x += gap * trees.between(0.55, 1.3)) {
      // The clearing: the nearer the row, the wider it opens, towards the light.
      const middle = width / 2 + (sun.x - width / 2) * 0.5;
      if (Math.abs(x - middle) < width * (0.05 + t * 0.3)) continue;
      const tall = size * trees.between(0.75, 1.2);
      if (leafy && row < rows - 1) paintLeafyTree(easel, x, level(x) + unit, tall * 0.8, colours, trees, 0.8);
      else if (leafy) paintTrunk(easel, x, level(x) + unit * 3, tall, colours);
      else paintFir(easel, x, level(x) + unit * 1.4, tall, colours, trees);
    }
    paintFloor(easel, level, t, air, snowy);
    if (row < rows - 1) paintAir(easel, base, air, 0.34 * (1 - t));
    if (row === 2) paintShafts(easel);
    ground = level;
  }
  if (!snowy) paintMeadow(easel, ground, 0.35);
  else paintHollows(easel, ground);
  context.globalAlpha = 1;
  return {
    footing: (x) => Math.min(height - unit * 8, ground(x) + unit * 12),
    size: unit * 19,
    waterline: null,
  };
};

function treeColours({ palette, scene }: Easel, air: Colour, fade: number, snowy: boolean): TreeColours {
  const night = scene.time === 'night';
  return {
    dark: mix(mix(palette.leaf, palette.near, 0.62), air, fade),
    lit: mix(mix(palette.leaf, palette.leafLit, snowy ? 0.3 : 0.8), air, fade * 0.86),
    trunk: mix(mix(colour('#3c2a22'), palette.near, night ? 0.8 : 0.4), air, fade),
    snow: snowy ? mix(mix(palette.white, palette.sky, 0.18), air, fade * 0.75) : null,
  };
}

function paintFloor(
  easel: Easel,
  level: (x: number) => number,
  t: number,
  air: Colour,
  snowy: boolean,
): void {
  const { context, palette, width, height, unit } = easel;
  const points: Point[] = [];
  for (let x = -unit; x <= width + unit * 2; x += unit) points.push([x, level(x)]);
  const lit = snowy ? mix(palette.white, palette.light, 0.2) : mix(palette.leafLit, palette.leaf, 0.4);
  const shade = snowy ? mix(palette.white, palette.zenith, 0.46) : mix(palette.leaf, palette.ink, 0.42);
  const top = Math.min(...points.map(([, y]) => y));
  context.fillStyle = verticalGradient(context, top, Math.min(height, top + unit * (14 + t * 40)), [
    [0, mix(lit, air, (1 - t) * 0.75)],
    [0.4, mix(mix(lit, shade, 0.4), air, (1 - t) * 0.6)],
    [1, mix(shade, air, (1 - t) * 0.5)],
  ]);
  landBelow(context, points, height + unit);
  context.fill();
}

/** Bright haze between the rows: it is what makes a wood deep. */
function paintAir({ context, width, unit }: Easel, base: number, air: Colour, strength: number): void {
  const gradient = context.createLinearGradient(0, base - unit * 34, 0, base + unit * 9);
  gradient.addColorStop(0, css(air, 0));
  gradient.addColorStop(0.72, css(air, strength));
  gradient.addColorStop(1, css(air, 0));
  context.fillStyle = gradient;
  context.fillRect(0, base - unit * 34, width, unit * 43);
}

function paintShafts({ context, palette, random, height, unit, sun, scene }: Easel): void {
  if (['rain', 'storm', 'snow'].includes(scene.weather)) return;
  const shafts = random.branch('shafts');
  context.save();
  context.globalCompositeOperation = 'screen';
  glow(context, sun.x, sun.y, unit * 55, palette.light, scene.time === 'night' ? 0.14 : 0.42);
  context.filter = `blur(${Math.max(0.5, unit * 1.1)}px)`;
  for (let index = 0; index < 7; index++) {
    const angle = Math.PI / 2 + shafts.bell() * 0.42;
    const wide = shafts.between(0.02, 0.055);
    const far = height * 1.1;
    context.fillStyle = css(palette.light, scene.time === 'night' ? 0.035 : shafts.between(0.05, 0.12));
    context.beginPath();
    context.moveTo(sun.x, sun.y);
    context.lineTo(sun.x + Math.cos(angle - wide) * far, sun.y + Math.sin(angle - wide) * far);
    context.lineTo(sun.x + Math.cos(angle + wide) * far, sun.y + Math.sin(angle + wide) * far);
    context.fill();
  }
  context.restore();
}

/** A trunk so near that its crown is out of the picture. */
function paintTrunk(
  { context, random, unit, lightSide }: Easel,
  x: number,
  foot: number,
  tall: number,
  colours: TreeColours,
): void {
  const wide = tall * 0.075;
  const bark = random.branch(`trunk ${Math.round(x)}`);
  const gradient = context.createLinearGradient(x - wide, 0, x + wide, 0);
  const shade = mix(colours.trunk, { l: 0.08, a: 0, b: 0 }, 0.45);
  gradient.addColorStop(lightSide < 0 ? 0 : 1, css(mix(colours.trunk, colours.lit, 0.5)));
  gradient.addColorStop(0.5, css(colours.trunk));
  gradient.addColorStop(lightSide < 0 ? 1 : 0, css(shade));
  context.fillStyle = gradient;
  context.beginPath();
  context.moveTo(x - wide * 1.9, foot);
  context.quadraticCurveTo(x - wide * 0.8, foot - tall * 0.1, x - wide * 0.8, foot - tall * 0.5);
  context.lineTo(x - wide * 0.6, -unit);
  context.lineTo(x + wide * 0.6, -unit);
  context.lineTo(x + wide * 0.8, foot - tall * 0.5);
  context.quadraticCurveTo(x + wide * 0.8, foot - tall * 0.1, x + wide * 2.1, foot);
  context.fill();
  context.lineWidth = unit * 0.3;
  for (let line = 0; line < 46; line++) {
    const y = foot - bark.next() * foot;
    const aside = bark.between(-0.7, 0.7) * wide;
    context.strokeStyle = css(bark.chance(0.5) ? shade : mix(colours.trunk, colours.lit, 0.35), 0.5);
    context.beginPath();
    context.moveTo(x + aside, y);
    context.lineTo(x + aside + bark.bell() * unit * 0.3, y - unit * bark.between(2, 6));
    context.stroke();
  }
}
