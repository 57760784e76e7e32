import { type Colour, colour, css, lighter, mix } from '../colour.ts';
import type { Easel } from '../easel.ts';
import { glow, oval, softShape } from '../paint.ts';

export interface Figure {
  readonly man: boolean;
  readonly long: boolean;
  readonly bearded: boolean;
  readonly skin: Colour;
  readonly hair: Colour;
  readonly garment: Colour;
  readonly lip: Colour;
  /** Radians. */
  readonly tilt: number;
  /** 0–2: the cut of hair and collar. */
  readonly style: number;
}

/** The face around (0, 0), 36 wide and 46 tall, seen from the front, one side in the light. */
export function paintFace(easel: Easel, figure: Figure): void {
  const { context, lightSide } = easel;
  const { skin, man } = figure;
  const shade: Colour = { l: skin.l * 0.66, a: skin.a + 0.025, b: skin.b * 0.95 };
  const jaw = man ? 13.5 : 11.2;
  for (const side of [-1, 1]) {
    context.fillStyle = css(side === lightSide ? mix(skin, shade, 0.3) : mix(skin, shade, 0.85));
    oval(context, side * 17, 1.5, 2.6, 5, side * 0.15);
    context.fill();
  }
  const outline = (): void =>
    softShape(context, [
      [0, -26],
      [-13, -24.5],
      [-18.5, -13],
      [-18, 1],
      [-16, 11],
      [-jaw, 19],
      [-4.6, 25],
      [4.6, 25],
      [jaw, 19],
      [16, 11],
      [18, 1],
      [18.5, -13],
      [13, -24.5],
    ]);
  const flesh = context.createLinearGradient(-lightSide * 19, 4, lightSide * 17, -6);
  flesh.addColorStop(0, css(shade));
  flesh.addColorStop(0.36, css(mix(shade, skin, 0.62)));
  flesh.addColorStop(0.62, css(skin));
  flesh.addColorStop(1, css(lighter(mix(skin, easel.palette.light, 0.25), 0.02)));
  outline();
  context.fillStyle = flesh;
  context.fill();
  context.save();
  outline();
  context.clip();
  const rosy = mix(skin, colour('#d8604f'), 0.55);
  glow(context, -9.5, 8, 8.5, rosy, man ? 0.22 : 0.5);
  glow(context, 9.5, 8, 8.5, rosy, man ? 0.22 : 0.5);
  glow(context, lightSide * 7, -14, 13, lighter(skin, 0.09), 0.55);
  glow(context, 0, 28, 13, shade, 0.65);
  glow(context, 0, -27, 14, shade, 0.55);
  for (const side of [-1, 1]) glow(context, side * 7.6, -1.4, 7, shade, side === lightSide ? 0.42 : 0.62);
  paintNose(easel, skin, shade);
  if (figure.bearded) paintBeard(easel, figure);
  context.restore();
  paintEyes(easel, figure, shade);
  paintMouth(easel, figure, shade);
}

function paintNose({ context, lightSide }: Easel, skin: Colour, shade: Colour): void {
  context.fillStyle = css(shade, 0.42);
  softShape(context, [
    [-lightSide * 1, -4],
    [-lightSide * 4.8, 8.5],
    [-lightSide * 2.4, 11],
    [0, 10],
  ]);
  context.fill();
  context.strokeStyle = css(lighter(skin, 0.08), 0.75);
  context.lineCap = 'round';
  context.lineWidth = 1.3;
  context.beginPath();
  context.moveTo(lightSide * 0.5, -3);
  context.quadraticCurveTo(lightSide * 0.9, 4, lightSide * 0.6, 8);
  context.stroke();
  glow(context, lightSide * 0.6, 8.4, 2.4, lighter(skin, 0.12), 0.8);
  context.strokeStyle = css({ l: shade.l * 0.72, a: shade.a, b: shade.b }, 0.75);
  context.lineWidth = 0.7;
  context.beginPath();
  context.moveTo(-3.1, 9.6);
  context.quadraticCurveTo(-2.2, 11.2, -0.8, 10.8);
  context.quadraticCurveTo(0, 11.6, 0.8, 10.8);
  context.quadraticCurveTo(2.2, 11.2, 3.1, 9.6);
  context.stroke();
}

function paintEyes({ context, lightSide }: Easel, { hair, skin, man }: Figure, shade: Colour): void {
  const lash = mix({ l: 0.16, a: 0.015, b: 0.015 }, hair, 0.25);
  context.lineCap = 'round';
  for (const side of [-1, 1]) {
    const x = side * 7.8;
    // The lowered lid: a lit dome over a dark, soft line of lashes.
    context.fillStyle = css(side === lightSide ? lighter(skin, 0.02) : mix(skin, shade, 0.5), 0.9);
    softShape(context, [
      [x - 4.4, 0.4],
      [x - 2, -2.5],
      [x + 2, -2.5],
      [x + 4.4, 0.4],
      [x + 2, 1.9],
      [x - 2, 1.9],
    ]);
    context.fill();
    context.strokeStyle = css(shade, 0.9);
    context.lineWidth = 0.55;
    context.beginPath();
    context.moveTo(x - 4.3, -0.6);
    context.quadraticCurveTo(x, -4.4, x + 4.3, -0.6);
    context.stroke();
    context.strokeStyle = css(lash, 0.95);
    context.lineWidth = man ? 0.75 : 1.0;
    context.beginPath();
    context.moveTo(x - 4.2, 0.4);
    context.quadraticCurveTo(x + side * 0.4, 3.3, x + 4.2, 0.4);
    context.stroke();
    context.lineWidth = 0.4;
    for (let index = 0; index < (man ? 4 : 8); index++) {
      const t = index / 7;
      const fromX = x + side * (-2.6 + t * 6.6);
      const fromY = 1.7 - (t - 0.4) ** 2 * 3.2;
      context.beginPath();
      context.moveTo(fromX, fromY);
      context.quadraticCurveTo(
        fromX + side * 0.3,
        fromY + 1.1,
        fromX + side * (0.4 + t * 1.2),
        fromY + 1.7 - t * 0.4,
      );
      context.stroke();
    }
    context.strokeStyle = css(mix(hair, shade, 0.25), 0.85);
    context.lineWidth = man ? 1.7 : 1.05;
    context.beginPath();
    context.moveTo(x - side * 4.6, -5.6);
    context.quadraticCurveTo(x + side * 1, -8.6, x + side * 5.4, -5.4);
    context.stroke();
  }
}

function paintMouth({ context, lightSide }: Easel, { lip, man }: Figure, shade: Colour): void {
  const half = man ? 5.4 : 5;
  context.fillStyle = css({ ...lip, l: lip.l * 0.86 }, man ? 0.75 : 0.95);
  context.beginPath();
  context.moveTo(-half, 16.4);
  context.quadraticCurveTo(-2, 14.4, -0.9, 14.6);
  context.quadraticCurveTo(0, 15.2, 0.9, 14.6);
  context.quadraticCurveTo(2, 14.4, half, 16.4);
  context.quadraticCurveTo(0, 17, -half, 16.4);
  context.fill();
  context.fillStyle = css(lighter(lip, 0.06), man ? 0.7 : 0.95);
  context.beginPath();
  context.moveTo(-half, 16.4);
  context.quadraticCurveTo(0, 17.2, half, 16.4);
  context.quadraticCurveTo(2.4, man ? 19 : 19.8, 0, man ? 19 : 19.8);
  context.quadraticCurveTo(-2.4, man ? 19 : 19.8, -half, 16.4);
  context.fill();
  glow(context, lightSide * 1.2, 18, 1.7, lighter(lip, 0.3), 0.7);
  context.strokeStyle = css({ l: shade.l * 0.5, a: shade.a, b: shade.b }, 0.8);
  context.lineWidth = 0.5;
  context.beginPath();
  context.moveTo(-half - 0.4, 16.2);
  context.quadraticCurveTo(0, 17.3, half + 0.4, 16.2);
  context.stroke();
  glow(context, 0, 21.4, 4, shade, 0.5);
}

function paintBeard({ context, random }: Easel, { hair }: Figure): void {
  const strands = random.branch('beard');
  context.lineWidth = 0.8;
  context.lineCap = 'round';
  for (let index = 0; index < 260; index++) {
    const turn = strands.between(0.12, Math.PI - 0.12);
    const x = Math.cos(turn) * 15.5;
    const y = 8 + Math.sin(turn) * 15 - strands.next() * 5;
    if (Math.abs(x) < 6.4 && y < 20) continue;
    context.strokeStyle = css(lighter(hair, strands.bell() * 0.04), 0.75);
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x * 0.96 + strands.bell() * 0.5, y + strands.between(2, 4));
    context.stroke();
  }
}
