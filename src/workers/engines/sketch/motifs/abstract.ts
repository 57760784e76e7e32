import { type Colour, colour, css, lighter, mix, turned, vivid } from '../colour.ts';
import type { Easel } from '../easel.ts';
import { paintField, ramp } from '../field.ts';
import { glow, oval } from '../paint.ts';
import { moods } from '../palette.ts';
import { createRandom } from '../random.ts';
import type { Motif } from './motif.ts';

type Five = readonly [Colour, Colour, Colour, Colour, Colour];
type Scheme = readonly [string, string, string, string, string];

/** Colour for its own sake. The prompt chooses the manner, the seed the piece. */
export const abstract: Motif = (easel) => {
  const { scene, random } = easel;
  const colours = chooseColours(easel);
  const manners = [flowing, discs, shards] as const;
  const manner = createRandom(scene.character).branch('manner').pick(manners);
  wash(easel, colours);
  manner(easel, colours);
  if (random.branch('gold leaf').chance(0.8)) goldLeaf(easel, colours);
  return null;
};

function chooseColours(easel: Easel): Five {
  const { mood } = easel.scene;
  const [a, b, c, d, e] = plainColours(easel);
  if (mood === null) return [a, b, c, d, e];
  const felt = moods[mood];
  return [felt(a), felt(b), felt(c), felt(d), felt(e)];
}

/** From dark to light: the named colours, and what lies between and beside them. */
function plainColours({ scene, random }: Easel): Five {
  const schemes: readonly [Scheme, ...Scheme[]] = [
    ['#1b2a49', '#2c7a7b', '#e07a5f', '#f2cc8f', '#fbf3e4'],
    ['#2b1b3d', '#7b3f8c', '#e0577a', '#ffb37a', '#fff0d9'],
    ['#10312b', '#2f6b4f', '#c98b3c', '#eed9a2', '#f8f1df'],
    ['#141e3c', '#3056a8', '#6fb7d6', '#f3a65a', '#fdf4e3'],
    ['#331a1d', '#9c3b34', '#dd8a4b', '#6a8f8b', '#f3e6cf'],
  ];
  const named = [...scene.colours].sort((one, other) => one.l - other.l);
  const first = named[0];
  if (first === undefined) {
    const [a, b, c, d, e] = random.branch('scheme').pick(schemes);
    return [colour(a), colour(b), colour(c), colour(d), colour(e)];
  }
  const last = named.length > 1 ? (named.at(-1) ?? first) : vivid(turned(lighter(first, 0.12), 0.06), 0.9);
  const middle = named.length > 2 ? (named[1] ?? first) : mix(first, last, 0.5);
  return [
    { l: Math.min(0.26, first.l * 0.5), a: first.a * 0.7, b: first.b * 0.7 },
    first,
    middle,
    last,
    mix(last, colour('#fffaf0'), 0.68),
  ];
}

function wash(easel: Easel, colours: Five): void {
  const { noise, width, height, unit, random } = easel;
  const tones = ramp(colours.map((tone, index) => [index / 4, tone] as const));
  const shift = random.branch('wash').between(0, 50);
  const lean = random.branch('wash').between(-0.3, 0.3);
  paintField(easel, { left: 0, top: 0, width, height }, 480, (x, y, out) => {
    const u = x / (unit * 60) + shift;
    const v = y / (unit * 60);
    const warp = noise.fractal(u, v, 3);
    const tone =
      0.44 +
      noise.fractal(u + warp * 1.6, v + warp, 4) * 0.7 +
      (y / height - 0.5) * 0.3 +
      (x / width - 0.5) * lean;
    const [red, green, blue] = tones(tone);
    out[0] = red;
    out[1] = green;
    out[2] = blue;
    out[3] = 255;
  });
}

/** Long ribbons that follow one current. */
function flowing(easel: Easel, colours: Five): void {
  const { context, random, noise, width, height, unit } = easel;
  const ribbons = random.branch('ribbons');
  const shift = ribbons.between(0, 40);
  context.lineCap = 'round';
  for (let index = 0; index < 150; index++) {
    let x = ribbons.between(-0.1, 1) * width;
    let y = ribbons.between(-0.05, 1.05) * height;
    const pick = Math.floor(
      (noise.at(x / (unit * 50) + 9, y / (unit * 50)) + 0.55 + ribbons.bell() * 0.2) * 4.4,
    );
    const tone = colours[Math.max(0, Math.min(4, pick))] ?? colours[2];
    const thick = unit * ribbons.between(0.5, 1) * (ribbons.chance(0.25) ? 6.5 : 2.2);
    context.strokeStyle = css(lighter(tone, ribbons.bell() * 0.03), ribbons.between(0.55, 0.95));
    context.shadowColor = css(colours[0], 0.4);
    context.shadowBlur = unit * 1.6;
    context.shadowOffsetY = unit * 0.5;
    context.lineWidth = thick;
    context.beginPath();
    context.moveTo(x, y);
    for (let step = 0; step < 34; step++) {
      const turn = noise.fractal(x / (unit * 70) + shift, y / (unit * 70), 2) * 4.2;
      x += Math.cos(turn) * unit * 2;
      y += Math.sin(turn) * unit * 2;
      context.lineTo(x, y);
    }
    context.stroke();
  }
  context.shadowColor = 'rgba(0,0,0,0)';
}

/** Discs and arcs, after Delaunay and Kandinsky. */
function discs(easel: Easel, colours: Five): void {
  const { context, random, width, height, unit } = easel;
  const shapes = random.branch('discs');
  for (let index = 0; index < 15; index++) {
    const x = width * shapes.between(0.04, 0.96);
    const y = height * shapes.between(0.04, 0.96);
    const size = unit * shapes.between(5, 27) * (index < 4 ? 1.25 : 0.75);
    const rings = shapes.integer(2, 5);
    const start = shapes.next() * 7;
    context.save();
    context.shadowColor = css(colours[0], 0.45);
    context.shadowBlur = unit * 2.4;
    for (let ring = rings; ring > 0; ring--) {
      const half = shapes.chance(0.4);
      context.fillStyle = css(
        lighter(colours[shapes.integer(0, 4)] ?? colours[2], shapes.bell() * 0.03),
        0.92,
      );
      context.beginPath();
      context.arc(x, y, (size * ring) / rings, start, start + (half ? Math.PI : Math.PI * 2));
      context.fill();
      context.shadowBlur = 0;
    }
    context.restore();
  }
  context.lineCap = 'butt';
  for (let index = 0; index < 9; index++) {
    context.strokeStyle = css(colours[shapes.chance(0.6) ? 0 : 4], 0.85);
    context.lineWidth = unit * shapes.between(0.3, 1.3);
    context.beginPath();
    const x = width * shapes.next();
    const y = height * shapes.next();
    const turn = shapes.next() * Math.PI;
    const long = unit * shapes.between(20, 70);
    context.moveTo(x - Math.cos(turn) * long * 0.5, y - Math.sin(turn) * long * 0.5);
    context.lineTo(x + Math.cos(turn) * long * 0.5, y + Math.sin(turn) * long * 0.5);
    context.stroke();
  }
}

/** Planes of glass that overlap, light gathering where they cross. */
function shards(easel: Easel, colours: Five): void {
  const { context, random, width, height, unit } = easel;
  const planes = random.branch('shards');
  const heartX = width * planes.between(0.35, 0.65);
  const heartY = height * planes.between(0.35, 0.65);
  context.save();
  context.globalCompositeOperation = 'screen';
  glow(context, heartX, heartY, unit * 60, colours[4], 0.7);
  context.restore();
  for (let index = 0; index < 46; index++) {
    const turn = planes.next() * Math.PI * 2;
    const from = unit * planes.between(0, 22);
    const long = unit * planes.between(18, 75);
    const wide = planes.between(0.05, 0.3);
    const x = heartX + Math.cos(turn + 1) * from;
    const y = heartY + Math.sin(turn + 1) * from;
    const gradient = context.createLinearGradient(x, y, x + Math.cos(turn) * long, y + Math.sin(turn) * long);
    const tone = colours[planes.integer(0, 4)] ?? colours[2];
    gradient.addColorStop(0, css(lighter(tone, 0.1), 0.85));
    gradient.addColorStop(1, css(tone, planes.between(0.08, 0.45)));
    context.fillStyle = gradient;
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x + Math.cos(turn - wide) * long, y + Math.sin(turn - wide) * long);
    context.lineTo(x + Math.cos(turn + wide * planes.next()) * long * 1.1, y + Math.sin(turn + wide) * long);
    context.fill();
    context.strokeStyle = css(colours[4], 0.35);
    context.lineWidth = unit * 0.25;
    context.stroke();
  }
}

function goldLeaf({ context, random, noise, width, height, unit }: Easel, colours: Five): void {
  const flakes = random.branch('flakes');
  for (let index = 0; index < 420; index++) {
    const x = flakes.next() * width;
    const y = flakes.next() * height;
    if (noise.at(x / (unit * 28) + 77, y / (unit * 28)) < 0.12) continue;
    const size = unit * flakes.between(0.15, 0.8);
    context.fillStyle = css(mix(colours[3], colours[4], flakes.next()), 0.9);
    oval(context, x, y, size, size * flakes.between(0.3, 1), flakes.bell());
    context.fill();
  }
}
