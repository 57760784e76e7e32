import { colour, css, lighter, mix } from '../colour.ts';
import type { Easel } from '../easel.ts';
import { oval } from '../paint.ts';
import { type AnimalBuild, fillShape, shaded } from './animalBuild.ts';

/** Fox, wolf or dog: skull and muzzle in profile. */
export function paintHead(easel: Easel, { coat, pale, dark, snout, ears }: AnimalBuild): void {
  const { context, palette } = easel;
  const tip = 0.2 + 0.2 * snout;
  if (ears === 'tall') {
    fillShape(easel, css(shaded(coat)), [
      [0.0, -0.82],
      [-0.015, -0.98],
      [0.0, -1.02],
      [0.08, -0.92],
      [0.12, -0.84],
    ]);
    fillShape(easel, css(dark), [
      [-0.012, -0.95],
      [-0.01, -1.02],
      [0.0, -1.03],
      [0.04, -0.97],
    ]);
  }
  // Skull and muzzle in one.
  fillShape(easel, css(coat), [
    [-0.03, -0.76],
    [0.0, -0.87],
    [0.12, -0.91],
    [0.22, -0.86],
    [tip - 0.04, -0.775],
    [tip + 0.02, -0.735],
    [tip, -0.7],
    [0.22, -0.655],
    [0.1, -0.62],
    [0.0, -0.66],
  ]);
  fillShape(easel, css(pale), [
    [0.02, -0.69],
    [0.1, -0.74],
    [0.22, -0.765],
    [tip, -0.74],
    [tip, -0.7],
    [0.22, -0.65],
    [0.1, -0.61],
  ]);
  fillShape(easel, css(shaded(coat), 0.5), [
    [-0.03, -0.74],
    [0.02, -0.67],
    [0.08, -0.62],
    [0.0, -0.62],
    [-0.06, -0.68],
  ]);
  if (ears === 'tall') {
    fillShape(easel, css(coat), [
      [0.05, -0.85],
      [0.05, -1.0],
      [0.075, -1.06],
      [0.15, -0.95],
      [0.18, -0.86],
    ]);
    fillShape(easel, css(mix(pale, dark, 0.35)), [
      [0.085, -0.88],
      [0.08, -0.97],
      [0.09, -1.0],
      [0.13, -0.93],
      [0.14, -0.88],
    ]);
  } else {
    fillShape(easel, css(mix(dark, coat, 0.2)), [
      [0.0, -0.86],
      [0.07, -0.88],
      [0.1, -0.76],
      [0.07, -0.62],
      [0.0, -0.62],
      [-0.04, -0.74],
    ]);
  }
  context.fillStyle = css({ l: 0.14, a: 0.01, b: 0.01 });
  oval(context, tip + 0.005, -0.735, 0.026, 0.02);
  context.fill();
  context.fillStyle = css(colour('#3a2415'));
  oval(context, 0.18, -0.805, 0.024, 0.018, -0.3);
  context.fill();
  context.fillStyle = css({ l: 0.1, a: 0, b: 0 });
  oval(context, 0.184, -0.805, 0.012, 0.016, -0.2);
  context.fill();
  context.fillStyle = css(palette.white, 0.95);
  oval(context, 0.189, -0.812, 0.006, 0.006);
  context.fill();
  // The rim of light on the side towards the sun.
  context.strokeStyle = css(mix(palette.light, coat, 0.25), 0.65);
  context.lineWidth = 0.014;
  context.beginPath();
  context.moveTo(0.13, -0.9);
  context.quadraticCurveTo(0.24, -0.86, tip - 0.01, -0.76);
  context.stroke();
}

/** A cat's head is a ball with a short face; it looks half towards us. */
export function paintCatHead(easel: Easel, { coat, pale, dark }: AnimalBuild): void {
  const { context, palette } = easel;
  for (const [tilt, tone] of [
    [0, shaded(coat)],
    [0.17, coat],
  ] as const) {
    fillShape(easel, css(tone), [
      [-0.02 + tilt, -0.84],
      [-0.03 + tilt, -0.98],
      [-0.015 + tilt, -1.03],
      [0.06 + tilt, -0.95],
      [0.1 + tilt, -0.85],
    ]);
  }
  fillShape(easel, css(mix(pale, colour('#d08a80'), 0.45)), [
    [0.17, -0.87],
    [0.16, -0.95],
    [0.165, -0.98],
    [0.21, -0.92],
    [0.23, -0.87],
  ]);
  const fur = context.createRadialGradient(0.17, -0.83, 0.02, 0.11, -0.77, 0.19);
  fur.addColorStop(0, css(lighter(coat, 0.07)));
  fur.addColorStop(0.6, css(coat));
  fur.addColorStop(1, css(shaded(coat)));
  context.fillStyle = fur;
  oval(context, 0.115, -0.765, 0.165, 0.14);
  context.fill();
  context.fillStyle = css(pale);
  oval(context, 0.175, -0.705, 0.085, 0.058);
  context.fill();
  context.strokeStyle = css(dark, 0.75);
  context.lineCap = 'round';
  context.lineWidth = 0.016;
  context.beginPath();
  for (const [fromX, fromY, toX, toY] of [
    [0.1, -0.9, 0.11, -0.84],
    [0.14, -0.91, 0.15, -0.84],
    [0.18, -0.9, 0.185, -0.845],
    [-0.045, -0.76, 0.01, -0.745],
    [-0.035, -0.71, 0.02, -0.705],
    [-0.16, -0.5, -0.06, -0.47],
    [-0.22, -0.39, -0.1, -0.38],
    [-0.25, -0.28, -0.14, -0.28],
    [-0.12, -0.58, -0.03, -0.55],
  ] as const) {
    context.moveTo(fromX, fromY);
    context.lineTo(toX, toY);
  }
  context.stroke();
  for (const x of [0.1, 0.22]) {
    context.fillStyle = css(colour('#c3c94a'));
    oval(context, x, -0.785, 0.027, 0.021);
    context.fill();
    context.fillStyle = css({ l: 0.1, a: 0, b: 0 });
    oval(context, x + 0.004, -0.785, 0.009, 0.019);
    context.fill();
    context.fillStyle = css(palette.white);
    oval(context, x + 0.008, -0.792, 0.006, 0.006);
    context.fill();
  }
  context.fillStyle = css(colour('#c06a66'));
  oval(context, 0.178, -0.735, 0.018, 0.013);
  context.fill();
  context.strokeStyle = css(shaded(pale), 0.9);
  context.lineWidth = 0.008;
  context.beginPath();
  context.moveTo(0.178, -0.72);
  context.lineTo(0.178, -0.7);
  context.moveTo(0.14, -0.69);
  context.quadraticCurveTo(0.165, -0.685, 0.178, -0.7);
  context.quadraticCurveTo(0.19, -0.685, 0.215, -0.69);
  for (const side of [-1, 1]) {
    context.moveTo(0.178 + side * 0.05, -0.71);
    context.lineTo(0.178 + side * 0.19, -0.725);
    context.moveTo(0.178 + side * 0.05, -0.7);
    context.lineTo(0.178 + side * 0.18, -0.69);
  }
  context.stroke();
}
