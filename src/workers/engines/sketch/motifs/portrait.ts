import { type Colour, chroma, colour, css, lighter, mix, turned, vivid } from '../colour.ts';
import type { Easel } from '../easel.ts';
import { paintField, ramp } from '../field.ts';
import { glow, oval, softShape } from '../paint.ts';
import { type Figure, paintFace } from './face.ts';
import { paintBackHair, paintFrontHair } from './hair.ts';
import type { Motif } from './motif.ts';

/** A head and shoulders with lowered eyes; the garment takes the first colour, the wall its opposite. */
export const portrait: Motif = (easel) => {
  const { width, height, context } = easel;
  const figure = chooseFigure(easel);
  paintWall(easel, figure);
  const scale = Math.min(width / 80, height / 100);
  context.save();
  context.translate(width / 2, height - scale * 59);
  context.scale(scale, scale);
  paintBackHair(easel, figure);
  paintShoulders(easel, figure);
  context.save();
  context.rotate(figure.tilt);
  paintFace(easel, figure);
  paintFrontHair(easel, figure);
  context.restore();
  context.restore();
  return null;
};

function chooseFigure({ scene, random, palette, lightSide }: Easel): Figure {
  const choice = random.branch('figure');
  const { features } = scene;
  const person = scene.subjects.find(({ kind }) => kind === 'person');
  const man = features.has('man') || (!features.has('longHair') && choice.chance(0.35));
  // Skin and hair as they are found together.
  const complexions: readonly [readonly [string, string], ...(readonly [string, string])[]] = [
    ['#f3d2ba', '#caa062'],
    ['#f1cdb4', '#9c4a25'],
    ['#ecc4a2', '#5a3826'],
    ['#e0b18a', '#2a1d1a'],
    ['#c98f66', '#2d1c16'],
    ['#9a6242', '#1e1614'],
    ['#74482f', '#17110f'],
  ];
  const [skin, hair] = choice.pick(complexions);
  const named = person?.colour ?? scene.colours[0];
  return {
    man,
    long: !man && (features.has('longHair') || choice.chance(0.5)),
    bearded: man && choice.chance(0.45),
    skin: mix(colour(skin), palette.light, 0.06),
    hair: features.has('old') ? colour('#c9c6c2') : colour(hair),
    garment: named ?? colour(choice.pick(['#2f6f73', '#a23e48', '#3d5a98', '#b9853a', '#5f7a4f', '#6b4a86'])),
    lip: mix(colour('#b3484a'), colour('#8a4a40'), man ? 0.75 : 0.2),
    tilt: lightSide * choice.between(0.02, 0.1),
    style: choice.integer(0, 2),
  };
}

function paintWall(easel: Easel, { garment }: Figure): void {
  const { context, scene, random, noise, width, height, unit, lightSide, palette } = easel;
  const choice = random.branch('wall');
  const second = scene.colours[1];
  const base =
    second ??
    (chroma(garment) < 0.03 ? colour('#8d7a66') : turned(garment, choice.pick([0.5, 0.08, 0.42, -0.1])));
  const tone: Colour = {
    ...vivid(base, second === undefined ? 0.5 : 0.85),
    l: scene.time === 'night' ? 0.32 : 0.58,
  };
  const tones = ramp([
    [0, mix(tone, palette.ink, 0.6)],
    [0.5, tone],
    [1, lighter(mix(tone, palette.light, 0.4), 0.03)],
  ]);
  paintField(easel, { left: 0, top: 0, width, height }, 360, (x, y, out) => {
    const fromX = (x - width * (0.5 - lightSide * 0.28)) / width;
    const fromY = (y - height * 0.36) / height;
    const light =
      0.92 - Math.hypot(fromX, fromY) * 1.05 + noise.fractal(x / (unit * 24), y / (unit * 24), 4) * 0.3;
    const [red, green, blue] = tones(light);
    out[0] = red;
    out[1] = green;
    out[2] = blue;
    out[3] = 255;
  });
  const marks = random.branch('marks');
  for (let index = 0; index < 7; index++) {
    glow(
      context,
      width * marks.next(),
      height * marks.next() * 0.8,
      unit * marks.between(12, 30),
      marks.chance(0.4) ? garment : lighter(tone, 0.12),
      0.35,
    );
  }
  context.save();
  context.strokeStyle = css(mix(palette.accents[1], colour('#f0d9a0'), 0.5), 0.5);
  context.lineWidth = unit * 0.7;
  oval(context, width * 0.5, height - Math.min(width / 80, height / 100) * 64, unit * 37, unit * 37);
  if (marks.chance(0.5)) context.stroke();
  context.restore();
}

function paintShoulders(
  { context, random, lightSide, palette }: Easel,
  { man, skin, garment, style }: Figure,
): void {
  const wide = man ? 44 : 37;
  const shadow: Colour = { l: skin.l * 0.62, a: skin.a + 0.02, b: skin.b * 0.9 };
  const neck = man ? 9.5 : 7.4;
  const throat = context.createLinearGradient(-neck * lightSide, 0, neck * lightSide, 0);
  throat.addColorStop(0, css(shadow));
  throat.addColorStop(0.6, css(mix(shadow, skin, 0.7)));
  throat.addColorStop(1, css(skin));
  context.fillStyle = throat;
  softShape(context, [
    [-neck, 8],
    [-neck * 0.95, 26],
    [-neck * 2.1, 36],
    [0, 50],
    [neck * 2.1, 36],
    [neck * 0.95, 26],
    [neck, 8],
  ]);
  context.fill();
  context.fillStyle = css(lighter(shadow, -0.06), 0.6);
  oval(context, 0, 17, neck * 1.05, 7.5);
  context.fill();
  const cloth = context.createLinearGradient(-lightSide * wide, 30, lightSide * wide, 50);
  cloth.addColorStop(0, css({ l: garment.l * 0.45, a: garment.a * 0.8, b: garment.b * 0.8 }));
  cloth.addColorStop(0.55, css(garment));
  cloth.addColorStop(1, css(lighter(garment, 0.13)));
  context.fillStyle = cloth;
  const dip = style === 0 ? 45 : style === 1 ? 37 : 33;
  context.beginPath();
  context.moveTo(-neck * 1.25, 27);
  context.quadraticCurveTo(0, dip * 2 - 29, neck * 1.25, 27);
  context.bezierCurveTo(neck * 1.9, 33, wide * 0.9, 33, wide, 44);
  context.quadraticCurveTo(wide + 6, 56, wide + 8, 90);
  context.lineTo(-wide - 8, 90);
  context.quadraticCurveTo(-wide - 6, 56, -wide, 44);
  context.bezierCurveTo(-wide * 0.9, 33, -neck * 1.9, 33, -neck * 1.25, 27);
  context.fill();
  context.save();
  context.clip();
  context.lineCap = 'round';
  const folds = random.branch('folds');
  context.filter = 'blur(1.1px)';
  for (let fold = 0; fold < 44; fold++) {
    const t = folds.between(-1, 1);
    const crest = folds.chance(0.5);
    const tone = crest
      ? lighter(garment, 0.13)
      : { l: garment.l * 0.5, a: garment.a * 0.8, b: garment.b * 0.8 };
    context.strokeStyle = css(tone, folds.between(0.1, 0.3));
    context.lineWidth = folds.between(0.8, 3.6);
    context.beginPath();
    // From the collar over the shoulder, then straight down with the weight of the cloth.
    context.moveTo(t * neck * 2, 31 + Math.abs(t) * 3 + folds.between(2, 14));
    context.bezierCurveTo(t * wide * 0.55, 40, t * wide * 0.85, 50, t * wide * folds.between(0.85, 1.05), 88);
    context.stroke();
  }
  context.restore();
  context.strokeStyle = css(lighter(mix(garment, palette.light, 0.35), 0.05), 0.8);
  context.lineWidth = 1.1;
  context.beginPath();
  context.moveTo(-neck * 1.25, 27);
  context.quadraticCurveTo(0, dip * 2 - 29, neck * 1.25, 27);
  context.stroke();
}
