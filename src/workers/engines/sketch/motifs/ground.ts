import { css, lighter, mix } from '../colour.ts';
import type { Easel } from '../easel.ts';
import { glow, oval } from '../paint.ts';

/** Grass and flowers at one's feet; the flowers take the accents of the palette. */
export function paintMeadow(easel: Easel, level: (x: number) => number, flowers = 1): void {
  const { context, palette, random, noise, width, height, unit, scene } = easel;
  const blades = random.branch('meadow');
  context.lineWidth = unit * 0.3;
  context.lineCap = 'round';
  for (let index = 0; index < 1500; index++) {
    const near = blades.next() ** 0.7;
    const x = blades.next() * width;
    const y = level(x) + unit * 5 + near * (height - level(x));
    const tall = unit * (0.8 + near * 4.4) * blades.between(0.5, 1.1);
    context.strokeStyle = css(
      mix(mix(palette.leaf, palette.ink, 0.2), palette.leafLit, blades.next() ** 1.4),
      0.65,
    );
    context.beginPath();
    context.moveTo(x, y);
    context.quadraticCurveTo(
      x,
      y - tall * 0.6,
      x + (blades.bell() * 0.4 + noise.at(x / (unit * 30), 2)) * tall * 0.7,
      y - tall,
    );
    context.stroke();
  }
  const kinds = [palette.accents[0], palette.white, palette.accents[1], palette.accents[2]];
  const many = scene.season === 'autumn' ? 120 : 420;
  for (let index = 0; index < many * flowers; index++) {
    const near = blades.next() ** 0.8;
    const x = blades.next() * width;
    const y = level(x) + unit * 4 + near * (height - level(x) - unit * 3);
    if (noise.at(x / (unit * 20), y / (unit * 12)) < -0.05) continue;
    const kind =
      kinds[Math.floor((noise.at(x / (unit * 26) + 40, y / (unit * 18)) + 0.5) * 4) & 3] ?? palette.white;
    const size = unit * (0.25 + near * 0.85);
    context.fillStyle = css(lighter(kind, blades.bell() * 0.04), 0.95);
    for (let petal = 0; petal < 3; petal++) {
      oval(
        context,
        x + blades.bell() * size * 0.6,
        y + blades.bell() * size * 0.45,
        size * 0.62,
        size * 0.45,
        blades.bell(),
      );
      context.fill();
    }
  }
}

/** Blue hollows and warm crests on fresh snow. */
export function paintHollows(
  { context, palette, random, width, height, unit }: Easel,
  level: (x: number) => number,
): void {
  const drifts = random.branch('drifts');
  for (let index = 0; index < 60; index++) {
    const x = drifts.next() * width;
    const y = level(x) + unit * 3 + drifts.next() * (height - level(x));
    context.save();
    context.translate(x, y);
    context.scale(1, 0.2);
    const warm = drifts.chance(0.5);
    glow(
      context,
      0,
      0,
      unit * drifts.between(8, 22),
      warm ? mix(palette.white, palette.light, 0.5) : mix(palette.zenith, palette.sky, 0.5),
      warm ? 0.5 : 0.3,
    );
    context.restore();
  }
}
