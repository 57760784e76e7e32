import { type Colour, colour, css, lighter, mix } from '../colour.ts';
import type { Easel } from '../easel.ts';
import { oval } from '../paint.ts';
import type { Random } from '../random.ts';

/** A loose bunch over a rim: stems and leaves first, then blossoms, the largest in the middle. */
export function paintBouquet(
  easel: Easel,
  x: number,
  rim: number,
  scale: number,
  named: Colour | null,
): void {
  const { context, palette, random, scene } = easel;
  const choice = random.branch('bouquet');
  const kinds: readonly Colour[] =
    named !== null
      ? [named, lighter(named, 0.1), mix(named, palette.white, 0.5)]
      : scene.colours.length > 0
        ? [...scene.colours, mix(scene.colours[0] ?? palette.white, palette.white, 0.6)]
        : choice.pick([
            [colour('#e8a0a8'), colour('#f6e3d2'), colour('#c9506a')],
            [colour('#f3d06a'), colour('#fbf2dc'), colour('#e08a4a')],
            [colour('#b9a2dc'), colour('#f1ecf6'), colour('#7a5fb0')],
          ]);
  const heads = Array.from({ length: 15 }, (_, index) => {
    const turn = -Math.PI / 2 + choice.bell() * 0.62;
    const long = scale * (9 + (index % 5) * 4.4 + choice.between(0, 5));
    return {
      x: x + Math.cos(turn) * long * 1.05,
      y: rim + Math.sin(turn) * long,
      size: scale * choice.between(2.6, 5.2),
    };
  }).sort((one, other) => one.y - other.y);
  context.lineCap = 'round';
  for (const head of heads) {
    context.strokeStyle = css(mix(colour('#4f6f3c'), palette.ink, choice.between(0, 0.4)));
    context.lineWidth = scale * 0.55;
    context.beginPath();
    context.moveTo(x + choice.bell() * scale * 1.5, rim + scale);
    context.quadraticCurveTo(x + (head.x - x) * 0.3, rim - scale * 8, head.x, head.y);
    context.stroke();
    for (let leaf = 0; leaf < 3; leaf++) {
      const t = choice.between(0.35, 0.9);
      context.fillStyle = css(
        mix(
          colour('#56793f'),
          choice.chance(0.5) ? palette.ink : colour('#a9b969'),
          choice.between(0.1, 0.45),
        ),
        0.95,
      );
      oval(
        context,
        x + (head.x - x) * t,
        rim + (head.y - rim) * t,
        scale * choice.between(2, 4.4),
        scale * choice.between(0.7, 1.4),
        choice.bell() * 1.3,
      );
      context.fill();
    }
  }
  for (const head of heads)
    paintBlossom(
      easel,
      head.x,
      head.y,
      head.size,
      kinds[choice.integer(0, kinds.length - 1)] ?? palette.white,
      choice,
    );
}

/** A full blossom: rings of petals, each lighter than the ring beneath it, around a warm heart. */
export function paintBlossom(
  { context, lightSide }: Easel,
  x: number,
  y: number,
  size: number,
  tone: Colour,
  choice: Random,
): void {
  for (let ring = 0; ring < 3; ring++) {
    const from = size * (0.72 - ring * 0.25);
    const petals = 9 - ring * 2;
    const start = choice.next() * 7;
    for (let petal = 0; petal < petals; petal++) {
      const turn = start + (petal / petals) * Math.PI * 2;
      const light = (Math.cos(turn) * lightSide - Math.sin(turn)) * 0.05 + ring * 0.035 - 0.06;
      context.fillStyle = css(lighter(tone, light + choice.bell() * 0.02), 0.96);
      oval(
        context,
        x + Math.cos(turn) * from,
        y + Math.sin(turn) * from * 0.86,
        size * 0.46,
        size * 0.3,
        turn,
      );
      context.fill();
    }
  }
  context.fillStyle = css(mix(tone, colour('#c98f2e'), 0.65));
  oval(context, x, y, size * 0.2, size * 0.17);
  context.fill();
}
