import { type Colour, colour, css, lighter, mix } from '../colour.ts';
import type { Easel } from '../easel.ts';
import { glow, oval, verticalGradient } from '../paint.ts';
import type { Random } from '../random.ts';
import type { Subject, SubjectKind } from '../scene.ts';
import { paintFruit } from './fruit.ts';
import type { Motif } from './motif.ts';
import { paintBottle, paintBowl, paintCandle, paintVase } from './vessels.ts';

const vessels: ReadonlySet<SubjectKind> = new Set(['vase', 'bowl', 'bottle', 'candle']);
const fruits: ReadonlySet<SubjectKind> = new Set(['orange', 'apple', 'lemon', 'pear', 'grapes']);

/** A table by a window: a vessel or two behind, fruit before them, a cloth, light from one side. */
export const stillLife: Motif = (easel) => {
  const { scene, random, width, height, unit, lightSide } = easel;
  const choice = random.branch('table');
  const edge = height * choice.between(0.56, 0.62);
  const scale = Math.min(unit, width / 115, height / 115) * 1.0;
  paintRoom(easel, edge);
  const named = scene.subjects;
  const behind: Subject[] = named.filter(({ kind }) => vessels.has(kind));
  const flowers = named.find(({ kind }) => kind === 'flowers');
  if (!behind.some(({ kind }) => kind === 'vase') && (behind.length === 0 || flowers !== undefined)) {
    behind.push({ kind: 'vase', colour: null });
  }
  const front: Subject[] = named.filter(({ kind }) => fruits.has(kind));
  const wanted: readonly Subject[] =
    front.length > 0
      ? front
      : [
          { kind: choice.pick(['apple', 'orange', 'pear', 'lemon']), colour: null },
          { kind: choice.pick(['lemon', 'grapes', 'apple']), colour: null },
        ];
  const middle = width / 2;
  const foot = edge + (height - edge) * 0.3;
  paintCloth(easel, edge, choice);
  behind.slice(0, 3).forEach((vessel, index) => {
    const aside = index === 0 ? lightSide * -10 : index === 1 ? lightSide * 22 : lightSide * -33;
    const x = middle + aside * scale;
    const tone =
      vessel.colour ??
      scene.colours[index] ??
      choice.pick([colour('#4b78a8'), colour('#b9c4b5'), colour('#a4553c'), colour('#d8cbb0')]);
    const y = foot - index * scale * 1.5;
    castShadow(easel, x, y, scale * 13);
    if (vessel.kind === 'vase')
      paintVase(
        easel,
        x,
        y,
        scale,
        tone,
        flowers ?? null,
        front.length === 0 || flowers !== undefined || choice.chance(0.6),
      );
    else if (vessel.kind === 'bowl') paintBowl(easel, x, y, scale, tone, wanted);
    else if (vessel.kind === 'bottle') paintBottle(easel, x, y, scale, vessel.colour ?? colour('#35553f'));
    else paintCandle(easel, x, y, scale);
  });
  const places = arrange(choice, 5 + choice.integer(0, 2));
  places.forEach(({ aside, depth }, index) => {
    const subject = wanted[index % wanted.length];
    if (subject === undefined) return;
    const size =
      scale * (subject.kind === 'grapes' ? 8 : 7.2) * (1 + depth * 0.12) * choice.between(0.92, 1.08);
    const x = middle + lightSide * aside * scale;
    const y = foot + (height - edge) * 0.16 * depth + scale * 4;
    castShadow(easel, x, y, size);
    paintFruit(easel, subject, x, y, size, choice);
  });
  return null;
};

/** Places from back to front, as one would push fruit together: never two on one spot. */
function arrange(choice: Random, many: number): { aside: number; depth: number }[] {
  const spots = [
    [14, 0.1],
    [28, 0.25],
    [-26, 0.35],
    [20, 0.95],
    [5, 0.8],
    [35, 1.05],
    [-12, 1.1],
  ] as const;
  return spots
    .slice(0, many)
    .map(([aside, depth]) => ({ aside: aside + choice.bell() * 1.4, depth: depth + choice.bell() * 0.06 }))
    .sort((one, other) => one.depth - other.depth);
}

function paintRoom(easel: Easel, edge: number): void {
  const { context, palette, scene, random, width, height, unit, lightSide } = easel;
  const choice = random.branch('room');
  const named = scene.colours[0];
  const wall =
    named === undefined
      ? choice.pick([
          colour('#5d6b63'),
          colour('#6d5a4c'),
          colour('#4d5f6e'),
          colour('#7a6a58'),
          colour('#8a8f80'),
        ])
      : { ...named, l: 0.45, a: named.a * 0.7, b: named.b * 0.7 };
  const wood = mix(
    choice.pick([colour('#7a4f30'), colour('#8d6a45'), colour('#5a3a28')]),
    palette.near,
    scene.time === 'night' ? 0.4 : 0.05,
  );
  const dim = scene.time === 'night' ? 0.6 : 0.25;
  context.fillStyle = verticalGradient(context, 0, edge, [
    [0, mix(wall, palette.ink, dim + 0.18)],
    [1, mix(wall, palette.ink, dim - 0.12)],
  ]);
  context.fillRect(0, 0, width, edge + 1);
  context.save();
  context.globalCompositeOperation = 'screen';
  glow(
    context,
    width * (0.5 + lightSide * 0.42),
    edge * 0.35,
    Math.max(width, height) * 0.62,
    mix(wall, palette.light, 0.55),
    0.62,
  );
  context.restore();
  context.fillStyle = verticalGradient(context, edge, height, [
    [0, lighter(wood, 0.1)],
    [0.4, wood],
    [1, mix(wood, palette.ink, 0.6)],
  ]);
  context.fillRect(0, edge, width, height - edge);
  const lines = random.branch('wood');
  for (let index = 0; index < 110; index++) {
    const y = edge + lines.next() ** 1.4 * (height - edge);
    const x = lines.next() * width;
    context.fillStyle = css(lines.chance(0.5) ? palette.ink : lighter(wood, 0.14), 0.16);
    context.fillRect(x - unit * 20, y, unit * lines.between(14, 60), unit * lines.between(0.15, 0.6));
  }
  context.save();
  context.globalCompositeOperation = 'screen';
  context.translate(width * (0.5 + lightSide * 0.2), edge + (height - edge) * 0.35);
  context.scale(1, 0.34);
  glow(context, 0, 0, unit * 62, mix(wood, palette.light, 0.5), 0.5);
  context.restore();
}

function paintCloth(
  { context, palette, scene, width, height, unit, lightSide }: Easel,
  edge: number,
  choice: Random,
): void {
  const linen = mix(
    scene.colours[1] ?? choice.pick([colour('#efe6d6'), colour('#dfe3e2'), colour('#e8d9c2')]),
    palette.white,
    0.25,
  );
  const from = width * 0.5 - lightSide * unit * 8;
  const to = width * 0.5 + lightSide * unit * 52;
  const gradient = context.createLinearGradient(from, edge, to, height);
  gradient.addColorStop(0, css(lighter(linen, -0.08)));
  gradient.addColorStop(1, css(mix(linen, palette.ink, 0.35)));
  context.fillStyle = gradient;
  context.beginPath();
  context.moveTo(from, edge + unit * 9);
  context.bezierCurveTo(
    from + (to - from) * 0.3,
    edge + unit * 5,
    from + (to - from) * 0.7,
    edge + unit * 8,
    to,
    edge + unit * 5,
  );
  context.lineTo(to - lightSide * unit * 6, height + unit);
  context.lineTo(from + lightSide * unit * 4, height + unit);
  context.bezierCurveTo(
    from - lightSide * unit * 5,
    height - unit * 12,
    from + lightSide * unit * 4,
    edge + unit * 20,
    from,
    edge + unit * 9,
  );
  context.fill();
  // Folds: soft valleys of shade with a lit crest beside each, falling from the edge of the table.
  context.save();
  context.clip();
  context.lineCap = 'round';
  context.filter = `blur(${Math.max(0.5, unit * 0.9)}px)`;
  for (let fold = 0; fold < 7; fold++) {
    const x = from + ((to - from) * (fold + 0.3 + choice.next() * 0.5)) / 7;
    const sway = choice.bell() * unit * 4;
    const start = edge + unit * choice.between(12, 20);
    for (const [aside, tone, strength, wide] of [
      [0, mix(linen, palette.zenith, 0.55), 0.42, 3.2],
      [lightSide * 2.6, lighter(linen, 0.06), 0.55, 1.8],
    ] as const) {
      context.strokeStyle = css({ ...tone, l: Math.min(tone.l, 0.95) }, strength);
      context.lineWidth = unit * wide;
      context.beginPath();
      context.moveTo(x + aside * unit, start);
      context.bezierCurveTo(
        x + aside * unit,
        (start + height) / 2,
        x + sway + aside * unit,
        (start + height) / 2,
        x + sway + aside * unit * 1.6,
        height + unit * 3,
      );
      context.stroke();
    }
  }
  context.restore();
}

/** Away from the light, soft, and darkest where the thing touches the table. */
function castShadow({ context, palette, lightSide }: Easel, x: number, y: number, size: number): void {
  const tone: Colour = palette.ink;
  context.save();
  context.translate(x - lightSide * size * 0.75, y - size * 0.05);
  context.scale(1, 0.26);
  glow(context, 0, 0, size * 2.1, tone, 0.7);
  context.restore();
  context.fillStyle = css(tone, 0.5);
  oval(context, x - lightSide * size * 0.1, y, size * 0.75, size * 0.16);
  context.fill();
}
