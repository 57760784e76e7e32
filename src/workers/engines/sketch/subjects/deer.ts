import { type Colour, colour, css, lighter, mix } from '../colour.ts';
import type { Easel } from '../easel.ts';
import { oval, type Point, softShape } from '../paint.ts';

/** A standing stag in profile, looking towards the light. */
export function paintDeer(
  { context, palette, lightSide }: Easel,
  named: Colour | null,
  x: number,
  foot: number,
  tall: number,
): void {
  const dim = palette.zenith.l < 0.32 ? 0.5 : 0.12;
  const coat = mix(named ?? colour('#8a5a34'), palette.near, dim);
  const shade: Colour = { l: coat.l * 0.62, a: coat.a, b: coat.b * 0.8 };
  const pale = mix(colour('#e6d3b4'), palette.near, dim);
  const shape = (tone: string, points: readonly Point[]): void => {
    context.fillStyle = tone;
    softShape(context, points);
    context.fill();
  };
  context.fillStyle = css(palette.ink, 0.3);
  oval(context, x - lightSide * tall * 0.1, foot, tall * 0.36, tall * 0.035);
  context.fill();
  context.save();
  context.translate(x, foot);
  context.scale(lightSide * tall, tall);
  const leg = (from: number, to: number, tone: string): void =>
    shape(tone, [
      [from - 0.075, -0.46],
      [from - 0.035, -0.24],
      [to - 0.03, -0.04],
      [to - 0.034, 0],
      [to + 0.042, 0],
      [to + 0.022, -0.05],
      [from + 0.034, -0.24],
      [from + 0.08, -0.46],
    ]);
  const distant = css(mix(shade, palette.near, 0.25));
  leg(-0.14, -0.1, distant);
  leg(0.13, 0.17, distant);
  shape(css(pale), [
    [-0.31, -0.52],
    [-0.26, -0.58],
    [-0.23, -0.48],
    [-0.28, -0.42],
  ]);
  const fur = context.createLinearGradient(0, -0.62, 0, -0.34);
  fur.addColorStop(0, css(lighter(coat, 0.07)));
  fur.addColorStop(0.6, css(coat));
  fur.addColorStop(1, css(shade));
  context.fillStyle = fur;
  softShape(context, [
    [-0.29, -0.6],
    [-0.14, -0.59],
    [0.02, -0.57],
    [0.16, -0.62],
    [0.29, -0.68],
    [0.34, -0.54],
    [0.27, -0.38],
    [0.14, -0.33],
    [-0.06, -0.4],
    [-0.2, -0.37],
    [-0.32, -0.42],
    [-0.34, -0.53],
  ]);
  context.fill();
  leg(-0.21, -0.26, css(mix(coat, shade, 0.35)));
  leg(0.22, 0.25, css(mix(coat, shade, 0.35)));
  shape(css(coat), [
    [0.12, -0.52],
    [0.2, -0.66],
    [0.25, -0.82],
    [0.34, -0.84],
    [0.35, -0.74],
    [0.33, -0.56],
    [0.24, -0.42],
  ]);
  shape(css(pale, 0.85), [
    [0.3, -0.72],
    [0.35, -0.72],
    [0.34, -0.58],
    [0.28, -0.5],
    [0.29, -0.62],
  ]);
  shape(css(coat), [
    [0.22, -0.84],
    [0.27, -0.9],
    [0.36, -0.87],
    [0.47, -0.78],
    [0.46, -0.74],
    [0.36, -0.755],
    [0.27, -0.77],
  ]);
  shape(css(shade), [
    [0.23, -0.86],
    [0.14, -0.93],
    [0.13, -0.9],
    [0.2, -0.83],
  ]);
  context.fillStyle = css({ l: 0.12, a: 0.01, b: 0.01 });
  oval(context, 0.465, -0.765, 0.016, 0.014);
  context.fill();
  oval(context, 0.345, -0.838, 0.013, 0.012);
  context.fill();
  context.strokeStyle = css(mix(colour('#8a6a48'), palette.near, dim + 0.15));
  context.lineCap = 'round';
  for (const [lean, wide] of [
    [-0.05, 0.018],
    [0.05, 0.022],
  ] as const) {
    context.lineWidth = wide;
    context.beginPath();
    context.moveTo(0.27, -0.88);
    context.bezierCurveTo(0.2 + lean, -0.98, 0.14 + lean, -1.08, 0.26 + lean * 1.6, -1.22);
    for (const [atX, atY, toX, toY] of [
      [0.2, -0.99, 0.3, -1.06],
      [0.18, -1.07, 0.3, -1.15],
      [0.19, -1.13, 0.12, -1.21],
    ] as const) {
      context.moveTo(atX + lean, atY);
      context.quadraticCurveTo(atX + lean + 0.03, (atY + toY) / 2, toX + lean, toY);
    }
    context.stroke();
  }
  context.strokeStyle = css(mix(palette.light, coat, 0.55), 0.5);
  context.lineWidth = 0.012;
  context.beginPath();
  context.moveTo(-0.26, -0.57);
  context.quadraticCurveTo(0, -0.6, 0.2, -0.67);
  context.stroke();
  context.restore();
}
