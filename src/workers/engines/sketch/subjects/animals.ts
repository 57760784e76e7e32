import { type Colour, colour, css, lighter, mix } from '../colour.ts';
import type { Easel } from '../easel.ts';
import { oval, softShape } from '../paint.ts';
import type { SubjectKind } from '../scene.ts';
import { type AnimalBuild, fillShape, shaded } from './animalBuild.ts';
import { paintCatHead, paintHead } from './animalHeads.ts';

const builds: Readonly<Partial<Record<SubjectKind, AnimalBuild>>> = {
  fox: {
    coat: colour('#cf5f24'),
    pale: colour('#f6e7d2'),
    dark: colour('#33211c'),
    snout: 1.15,
    ears: 'tall',
    tail: 'bushy',
    stout: 0.92,
  },
  wolf: {
    coat: colour('#7d8087'),
    pale: colour('#d9d8d2'),
    dark: colour('#3a3c44'),
    snout: 1.2,
    ears: 'tall',
    tail: 'bushy',
    stout: 1.05,
  },
  cat: {
    coat: colour('#8a6a4f'),
    pale: colour('#efe2cf'),
    dark: colour('#4a352a'),
    snout: 0.42,
    ears: 'tall',
    tail: 'thin',
    stout: 0.95,
  },
  dog: {
    coat: colour('#c08d52'),
    pale: colour('#eed9b4'),
    dark: colour('#7a4f2a'),
    snout: 1.0,
    ears: 'hanging',
    tail: 'short',
    stout: 1.08,
  },
};

/** A sitting animal in profile, looking towards the light; `tall` is its height, `x` the middle of its feet. */
export function paintSittingAnimal(
  easel: Easel,
  kind: SubjectKind,
  named: Colour | null,
  x: number,
  foot: number,
  tall: number,
): void {
  const { context, lightSide, palette } = easel;
  const build = builds[kind];
  if (build === undefined) return;
  const air = mix(palette.horizon, palette.sky, 0.4);
  const dim = palette.zenith.l < 0.32 ? 0.42 : 0.1;
  const inLight = (tone: Colour): Colour => mix(mix(tone, palette.near, dim), air, 0.05);
  const body: AnimalBuild = {
    ...build,
    // A "red" fox is still fox-red: the word moves the natural colour, it doesn't replace it.
    coat: inLight(named === null ? build.coat : mix(build.coat, named, kind === 'fox' ? 0.35 : 0.8)),
    pale: inLight(build.pale),
    dark: inLight(build.dark),
  };
  context.fillStyle = css(palette.ink, 0.32);
  oval(context, x - lightSide * tall * 0.1, foot, tall * 0.5, tall * 0.055);
  context.fill();
  context.save();
  context.translate(x, foot);
  context.scale(lightSide * tall, tall);
  paintTail(easel, body);
  paintBody(easel, body);
  if (kind === 'cat') paintCatHead(easel, body);
  else paintHead(easel, body);
  context.restore();
}

function paintTail(easel: Easel, { coat, pale, tail }: AnimalBuild): void {
  const { context } = easel;
  if (tail === 'bushy') {
    fillShape(easel, css(shaded(coat)), [
      [-0.2, -0.12],
      [-0.36, -0.03],
      [-0.56, -0.05],
      [-0.74, -0.16],
      [-0.78, -0.27],
      [-0.62, -0.24],
      [-0.44, -0.2],
      [-0.24, -0.25],
    ]);
    fillShape(easel, css(coat), [
      [-0.22, -0.17],
      [-0.4, -0.12],
      [-0.6, -0.13],
      [-0.76, -0.25],
      [-0.6, -0.25],
      [-0.4, -0.22],
    ]);
    fillShape(easel, css(pale), [
      [-0.62, -0.1],
      [-0.75, -0.15],
      [-0.81, -0.29],
      [-0.7, -0.25],
      [-0.61, -0.21],
    ]);
    return;
  }
  context.strokeStyle = css(tail === 'thin' ? coat : shaded(coat));
  context.lineCap = 'round';
  context.lineWidth = tail === 'thin' ? 0.075 : 0.09;
  context.beginPath();
  context.moveTo(-0.22, -0.06);
  if (tail === 'thin') context.bezierCurveTo(-0.5, -0.02, -0.62, -0.1, -0.56, -0.3);
  else context.quadraticCurveTo(-0.42, -0.06, -0.46, -0.2);
  context.stroke();
}

function paintBody(easel: Easel, { coat, pale, dark, stout, tail }: AnimalBuild): void {
  const { context } = easel;
  const back = shaded(coat);
  const legs = tail === 'bushy' ? dark : shaded(coat);
  fillShape(easel, css(back), [
    [0.02, -0.7],
    [-0.14 * stout, -0.56],
    [-0.29 * stout, -0.3],
    [-0.33 * stout, -0.08],
    [-0.24, 0.0],
    [0.1, 0.0],
    [0.2, -0.3],
    [0.24, -0.55],
    [0.16, -0.72],
  ]);
  // The far foreleg, then the near one.
  fillShape(easel, css(shaded(legs)), [
    [0.08, -0.34],
    [0.07, -0.1],
    [0.05, 0],
    [0.16, 0],
    [0.16, -0.12],
    [0.2, -0.36],
  ]);
  const fur = context.createLinearGradient(-0.3, 0, 0.25, -0.2);
  fur.addColorStop(0, css(back));
  fur.addColorStop(0.55, css(coat));
  fur.addColorStop(1, css(lighter(coat, 0.05)));
  context.fillStyle = fur;
  softShape(context, [
    [0.03, -0.7],
    [-0.11 * stout, -0.55],
    [-0.24 * stout, -0.32],
    [-0.22, -0.16],
    [0.06, -0.16],
    [0.17, -0.32],
    [0.22, -0.55],
    [0.16, -0.72],
  ]);
  context.fill();
  fillShape(easel, css(coat), [
    [-0.26 * stout, -0.2],
    [-0.2, -0.34],
    [-0.04, -0.33],
    [0.04, -0.16],
    [0.0, -0.02],
    [-0.24, -0.01],
  ]);
  fillShape(easel, css(lighter(coat, 0.05), 0.7), [
    [-0.18, -0.24],
    [-0.12, -0.32],
    [-0.02, -0.28],
    [0.0, -0.16],
    [-0.1, -0.12],
  ]);
  fillShape(easel, css(legs), [
    [-0.16, -0.035],
    [0.02, -0.05],
    [0.1, -0.02],
    [0.09, 0.01],
    [-0.18, 0.01],
  ]);
  fillShape(easel, css(mix(coat, legs, 0.1)), [
    [0.1, -0.44],
    [0.12, -0.2],
    [0.2, -0.2],
    [0.25, -0.46],
  ]);
  fillShape(easel, css(legs), [
    [0.12, -0.26],
    [0.125, -0.08],
    [0.12, 0.005],
    [0.25, 0.005],
    [0.2, -0.05],
    [0.205, -0.26],
  ]);
  fillShape(easel, css(pale), [
    [0.1, -0.66],
    [0.12, -0.5],
    [0.16, -0.32],
    [0.23, -0.4],
    [0.26, -0.55],
    [0.22, -0.66],
  ]);
  context.strokeStyle = css(mix(pale, coat, 0.4), 0.7);
  context.lineWidth = 0.012;
  for (let tuft = 0; tuft < 7; tuft++) {
    context.beginPath();
    context.moveTo(0.13 + tuft * 0.014, -0.58 + (tuft % 3) * 0.06);
    context.lineTo(0.14 + tuft * 0.014, -0.5 + (tuft % 3) * 0.06);
    context.stroke();
  }
}
