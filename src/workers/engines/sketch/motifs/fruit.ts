import { type Colour, colour, css, lighter, mix } from '../colour.ts';
import type { Easel } from '../easel.ts';
import { ball, oval, softShape } from '../paint.ts';
import type { Random } from '../random.ts';
import type { Subject } from '../scene.ts';

/** One piece of fruit standing at x, y; `size` is its radius. */
export function paintFruit(
  easel: Easel,
  subject: Subject,
  x: number,
  y: number,
  size: number,
  choice: Random,
): void {
  const { context, lightSide, unit } = easel;
  const middle = y - size * 0.93;
  switch (subject.kind) {
    case 'apple':
      paintApple(
        easel,
        x,
        middle,
        size,
        subject.colour ?? choice.pick([colour('#c8382e'), colour('#b9b43c'), colour('#d2603a')]),
        choice,
      );
      return;
    case 'lemon':
      context.save();
      context.translate(x, y - size * 0.66);
      context.rotate(choice.bell() * 0.3);
      context.scale(1.18, 0.82);
      ball(context, 0, 0, size * 0.82, subject.colour ?? colour('#f0cf3a'), lightSide);
      context.fillStyle = css(subject.colour ?? colour('#d9b52c'));
      oval(context, -lightSide * size * 0.86, 0, size * 0.16, size * 0.13);
      context.fill();
      context.restore();
      return;
    case 'pear':
      paintPear(easel, x, y, size, subject.colour ?? colour('#bfb544'));
      return;
    case 'grapes':
      for (let row = 4; row >= 0; row--) {
        for (let column = 0; column <= row; column++) {
          const grape = subject.colour ?? colour('#5b3a78');
          const tone = lighter(grape, choice.bell() * 0.03);
          ball(
            context,
            x + (column - row / 2) * size * 0.46 + choice.bell() * size * 0.05,
            y - size * 0.25 - row * size * 0.26,
            size * 0.29,
            tone,
            lightSide,
          );
        }
      }
      return;
    default: {
      const skin = subject.colour ?? colour('#ee8a24');
      ball(context, x, middle, size, skin, lightSide);
      const pores = choice.branch('pores');
      for (let pore = 0; pore < 60; pore++) {
        const turn = pores.next() * 7;
        const from = Math.sqrt(pores.next()) * size * 0.9;
        context.fillStyle = css(pores.chance(0.5) ? lighter(skin, 0.1) : lighter(skin, -0.14), 0.28);
        oval(context, x + Math.cos(turn) * from, middle + Math.sin(turn) * from, unit * 0.22, unit * 0.18);
        context.fill();
      }
      context.fillStyle = css(colour('#5c6a2a'));
      oval(context, x + lightSide * size * 0.1, middle - size * 0.84, size * 0.13, size * 0.06);
      context.fill();
    }
  }
}

function paintApple(
  { context, lightSide }: Easel,
  x: number,
  y: number,
  size: number,
  skin: Colour,
  choice: Random,
): void {
  ball(context, x, y, size, skin, lightSide);
  context.save();
  oval(context, x, y, size, size);
  context.clip();
  for (let streak = 0; streak < 34; streak++) {
    const turn = (streak / 34) * Math.PI * 2;
    context.strokeStyle = css(
      choice.chance(0.5) ? lighter(skin, 0.1) : mix(skin, colour('#e5b44a'), 0.5),
      0.16,
    );
    context.lineWidth = size * 0.07;
    context.beginPath();
    context.moveTo(x, y - size * 0.7);
    context.quadraticCurveTo(
      x + Math.cos(turn) * size * 0.8,
      y - size * 0.5,
      x + Math.cos(turn) * size * 0.95,
      y + Math.sin(turn) * size * 0.5,
    );
    context.stroke();
  }
  context.restore();
  context.fillStyle = css({ l: skin.l * 0.5, a: skin.a * 0.6, b: skin.b * 0.6 }, 0.75);
  oval(context, x, y - size * 0.76, size * 0.3, size * 0.1);
  context.fill();
  context.strokeStyle = css(colour('#4a3420'));
  context.lineWidth = size * 0.09;
  context.lineCap = 'round';
  context.beginPath();
  context.moveTo(x, y - size * 0.74);
  context.quadraticCurveTo(x + size * 0.04, y - size, x + size * 0.16, y - size * 1.16);
  context.stroke();
}

function paintPear({ context, lightSide }: Easel, x: number, y: number, size: number, skin: Colour): void {
  const gradient = context.createRadialGradient(
    x + lightSide * size * 0.35,
    y - size * 1.1,
    size * 0.1,
    x,
    y - size * 0.9,
    size * 1.6,
  );
  gradient.addColorStop(0, css(mix(skin, colour('#fffbe0'), 0.55)));
  gradient.addColorStop(0.35, css(skin));
  gradient.addColorStop(0.75, css(mix(skin, colour('#6a4a1c'), 0.6)));
  gradient.addColorStop(1, css(colour('#3c2a14')));
  context.fillStyle = gradient;
  softShape(context, [
    [x - size * 0.5, y],
    [x - size * 1.02, y - size * 0.55],
    [x - size * 0.72, y - size * 1.2],
    [x - size * 0.36, y - size * 1.7],
    [x - size * 0.26, y - size * 2.1],
    [x + size * 0.2, y - size * 2.12],
    [x + size * 0.36, y - size * 1.7],
    [x + size * 0.72, y - size * 1.2],
    [x + size * 1.02, y - size * 0.55],
    [x + size * 0.5, y],
  ]);
  context.fill();
  context.strokeStyle = css(colour('#4a3420'));
  context.lineWidth = size * 0.1;
  context.lineCap = 'round';
  context.beginPath();
  context.moveTo(x, y - size * 2);
  context.quadraticCurveTo(x - size * 0.02, y - size * 2.3, x + size * 0.14, y - size * 2.48);
  context.stroke();
}
