import { type Colour, css, lighter, mix } from '../colour.ts';
import type { Easel } from '../easel.ts';
import { softShape } from '../paint.ts';
import type { Figure } from './face.ts';
import { paintBlossom } from './flowers.ts';

/** What falls behind neck and shoulders. */
export function paintBackHair(easel: Easel, { hair, long, man, style }: Figure): void {
  const { context } = easel;
  if (man) return;
  context.fillStyle = css({ l: hair.l * 0.62, a: hair.a, b: hair.b });
  if (long) {
    softShape(context, [
      [0, -39],
      [-20, -33],
      [-26, -10],
      [-26, 14],
      [-30, 36],
      [-22, 58],
      [-8, 48],
      [8, 48],
      [22, 58],
      [30, 36],
      [26, 14],
      [26, -10],
      [20, -33],
    ]);
    context.fill();
    strands(easel, hair, 90, (t, random) => {
      const x = (t - 0.5) * 52;
      return [
        [x * 0.6, -24],
        [x * 1.02 + random * 1.5, 8],
        [x * 1.05 + random * 1.5, 52 - Math.abs(x) * 0.2],
      ];
    });
    return;
  }
  if (style === 0) {
    softShape(context, [
      [-7, -34],
      [-9, -43],
      [0, -47],
      [9, -43],
      [7, -34],
    ]);
    context.fill();
  }
  softShape(context, [
    [0, -38],
    [-19, -29],
    [-24, -10],
    [-23, 8],
    [-17, 18],
    [17, 18],
    [23, 8],
    [24, -10],
    [19, -29],
  ]);
  context.fill();
}

/** What frames the face, strand by strand over a dark mass. */
export function paintFrontHair(easel: Easel, figure: Figure): void {
  if (figure.man) paintShortHair(easel, figure);
  else paintPartedHair(easel, figure);
}

/** A short cut, brushed to one side. */
function paintShortHair(easel: Easel, { hair, style }: Figure): void {
  const { context, lightSide } = easel;
  const sweep = lightSide * (style === 0 ? -1 : 1);
  const high = style === 2 ? -19 : -16.5;
  context.fillStyle = css({ l: hair.l * (hair.l > 0.7 ? 0.92 : 0.78), a: hair.a, b: hair.b });
  softShape(context, [
    [-18.6, -1],
    [-20.6, -14],
    [-18.5, -29],
    [-7 - sweep * 2, -38],
    [7 - sweep * 2, -38],
    [18.5, -29],
    [20.6, -14],
    [18.6, -1],
    [17.6, -9],
    [15 + sweep, high + sweep * 1.4],
    [5, high - 4.4],
    [-5, high - 4.4],
    [-15 + sweep, high - sweep * 1.4],
    [-17.6, -9],
  ]);
  context.fill();
  // Combed from the parting over the dome of the head down to the hairline.
  strands(easel, hair, 150, (t, stray) => {
    const x = (t - 0.5) * 39;
    const edge = high - 3 + Math.abs(x) * 0.12 + Math.max(0, Math.abs(x) - 15.5) * 3.2;
    return [
      [-sweep * 8 + stray, -31.5],
      [(x - sweep * 4) * 0.85, -45 + Math.abs(x) * 0.32],
      [x + sweep * 0.8, edge + stray * 0.7],
    ];
  });
}

/** Long or chin-length, parted, falling on both sides. */
function paintPartedHair(easel: Easel, figure: Figure): void {
  const { context, lightSide, random } = easel;
  const { hair, long, style } = figure;
  const parting = style === 1 ? 0 : -lightSide * 5;
  context.fillStyle = css({ l: hair.l * (hair.l > 0.7 ? 0.92 : 0.78), a: hair.a, b: hair.b });
  const low = long ? 16 : 9;
  const reach = 22;
  for (const side of [-1, 1]) {
    softShape(context, [
      [parting - side, -26],
      [parting - side, -37],
      [side * 10, -39],
      [side * reach, -28],
      [side * (reach + 1), -6],
      [side * (reach - 1), low],
      [side * (reach - 4.4), low - 3],
      [side * 17.2, -6],
      [side * 14, -15],
      [parting + side * 4, -22],
    ]);
    context.fill();
    strands(easel, hair, 100, (t, stray) => [
      [parting + side * t * 3, -27 - t * 4],
      [side * (10 + t * 11) + stray, -34 + (1 - t) * 11],
      [side * (16.4 + t * (reach - 16.5)) + stray * 0.5, low - (1 - t) * 14],
    ]);
  }
  if (random.branch('ornament').chance(0.4)) {
    for (const [x, y, size] of [
      [17, -20, 5],
      [20, -12, 3.6],
      [12, -26, 3.4],
    ] as const) {
      paintBlossom(
        easel,
        x * lightSide,
        y,
        size,
        mix(easel.palette.accents[0], easel.palette.white, 0.5),
        random.branch(`ornament ${x}`),
      );
    }
  }
}

type Curve = readonly [readonly [number, number], readonly [number, number], readonly [number, number]];

function strands(
  easel: Easel,
  hair: Colour,
  count: number,
  curve: (t: number, stray: number) => Curve,
): void {
  const { context, lightSide, palette } = easel;
  const random = easel.random.branch(`strands ${count}`);
  context.lineCap = 'round';
  for (let index = 0; index < count; index++) {
    const t = random.next();
    const [from, over, to] = curve(t, random.bell());
    const sunny = (to[0] * lightSide) / 40;
    const tone = lighter(
      mix(hair, palette.light, Math.max(0, sunny * 0.3 + random.bell() * 0.08)),
      random.bell() * 0.055 - 0.01,
    );
    context.strokeStyle = css(tone, 0.6);
    context.lineWidth = random.between(0.35, 1.1);
    context.beginPath();
    context.moveTo(from[0], from[1]);
    context.quadraticCurveTo(over[0], over[1], to[0], to[1]);
    context.stroke();
  }
}
