import { type Colour, colour, css, lighter, mix } from '../colour.ts';
import type { Easel } from '../easel.ts';
import { oval, softShape } from '../paint.ts';
import { paintLeafyTree } from '../trees.ts';

/** Somebody seen from behind, in a long coat, looking into the picture. */
export function paintWanderer(
  { context, palette, lightSide }: Easel,
  named: Colour | null,
  x: number,
  foot: number,
  tall: number,
): void {
  const dim = palette.zenith.l < 0.34 ? 0.45 : 0.15;
  const coat = mix(named ?? colour('#a63a32'), palette.near, dim);
  const shade: Colour = { l: coat.l * 0.55, a: coat.a * 0.8, b: coat.b * 0.8 };
  context.fillStyle = css(palette.ink, 0.3);
  oval(context, x - lightSide * tall * 0.12, foot, tall * 0.26, tall * 0.03);
  context.fill();
  context.save();
  context.translate(x, foot);
  context.scale(tall * lightSide, tall);
  context.fillStyle = css(palette.ink);
  context.fillRect(-0.075, -0.24, 0.055, 0.24);
  context.fillRect(0.02, -0.24, 0.055, 0.24);
  const cloth = context.createLinearGradient(-0.16, 0, 0.16, 0);
  cloth.addColorStop(0, css(shade));
  cloth.addColorStop(0.7, css(coat));
  cloth.addColorStop(1, css(mix(coat, palette.light, 0.4)));
  context.fillStyle = cloth;
  softShape(context, [
    [-0.05, -0.84],
    [-0.12, -0.8],
    [-0.15, -0.55],
    [-0.17, -0.2],
    [-0.1, -0.14],
    [0.1, -0.14],
    [0.17, -0.2],
    [0.15, -0.55],
    [0.12, -0.8],
    [0.05, -0.84],
  ]);
  context.fill();
  context.fillStyle = css(mix(colour('#3a2a24'), palette.near, 0.3));
  oval(context, 0, -0.9, 0.062, 0.075);
  context.fill();
  context.fillStyle = css(mix(colour('#e8c9a4'), palette.near, dim));
  context.fillRect(-0.075, -0.85, 0.15, 0.045);
  context.restore();
}

/** A hot-air balloon, striped; the farther the smaller. */
export function paintBalloon(
  { context, palette, lightSide }: Easel,
  named: Colour | null,
  x: number,
  y: number,
  size: number,
  index: number,
): void {
  const [first, second, third] = palette.accents;
  const cloth = named ?? [first, second, third][index % 3] ?? first;
  const other = mix(colour('#fff1d6'), palette.horizon, 0.3);
  const gores = 9;
  for (let gore = 0; gore < gores; gore++) {
    const from = Math.cos(Math.PI * (gore / gores));
    const to = Math.cos(Math.PI * ((gore + 1) / gores));
    const light = ((from + to) / 2) * lightSide;
    const base = gore % 2 === 0 ? cloth : other;
    context.fillStyle = css(lighter(mix(base, palette.light, Math.max(0, light) * 0.3), light * 0.1 - 0.03));
    context.beginPath();
    context.moveTo(x, y - size);
    context.bezierCurveTo(
      x + from * size * 1.25,
      y - size * 0.95,
      x + from * size * 1.1,
      y + size * 0.2,
      x + from * size * 0.2,
      y + size,
    );
    context.lineTo(x + to * size * 0.2, y + size);
    context.bezierCurveTo(
      x + to * size * 1.1,
      y + size * 0.2,
      x + to * size * 1.25,
      y - size * 0.95,
      x,
      y - size,
    );
    context.fill();
  }
  context.strokeStyle = css(palette.ink, 0.6);
  context.lineWidth = Math.max(0.5, size * 0.02);
  context.beginPath();
  context.moveTo(x - size * 0.18, y + size);
  context.lineTo(x - size * 0.1, y + size * 1.28);
  context.moveTo(x + size * 0.18, y + size);
  context.lineTo(x + size * 0.1, y + size * 1.28);
  context.stroke();
  context.fillStyle = css(mix(colour('#7a5230'), palette.near, 0.2));
  context.fillRect(x - size * 0.12, y + size * 1.26, size * 0.24, size * 0.19);
}

/** A flock in a loose line. */
export function paintBirds(
  { context, palette, random, width, horizon, unit, sun, lightSide }: Easel,
  named: Colour | null,
): void {
  const flock = random.branch('birds');
  const tone = named ?? mix(palette.ink, palette.near, 0.4);
  context.lineCap = 'round';
  context.lineJoin = 'round';
  for (let index = 0; index < 13; index++) {
    const size = unit * flock.between(1.1, 3.6) * (index === 0 ? 1.5 : 1);
    const x = width * 0.5 - lightSide * width * 0.05 + flock.bell() * width * 0.17;
    const y = Math.min(sun.y, horizon * 0.5) + flock.bell() * horizon * 0.13;
    const lift = flock.between(0.2, 0.75);
    context.fillStyle = css(tone, 0.92);
    context.beginPath();
    context.moveTo(x - size, y - size * lift);
    context.quadraticCurveTo(x - size * 0.42, y - size * (lift + 0.22), x, y);
    context.quadraticCurveTo(x + size * 0.42, y - size * (lift + 0.22), x + size, y - size * lift);
    context.quadraticCurveTo(x + size * 0.45, y - size * lift * 0.5, x, y + size * 0.24);
    context.quadraticCurveTo(x - size * 0.45, y - size * lift * 0.5, x - size, y - size * lift);
    context.fill();
  }
}

/** One great tree by itself. */
export function paintLoneTree(
  easel: Easel,
  named: Colour | null,
  x: number,
  foot: number,
  tall: number,
): void {
  const { context, palette, scene, random, lightSide } = easel;
  context.fillStyle = css(palette.ink, 0.3);
  oval(context, x - lightSide * tall * 0.25, foot, tall * 0.5, tall * 0.05);
  context.fill();
  const petal = scene.features.has('blossom') ? colour('#f0a8c2') : null;
  const leaf = named ?? petal;
  paintLeafyTree(
    easel,
    x,
    foot,
    tall,
    {
      dark: leaf === null ? mix(palette.leaf, palette.ink, 0.25) : mix(leaf, palette.zenith, 0.4),
      lit: leaf === null ? palette.leafLit : lighter(mix(leaf, palette.light, 0.35), 0.02),
      trunk: mix(colour('#3f2d25'), palette.near, 0.4),
      snow: null,
    },
    random.branch('lone tree'),
    scene.season === 'winter' ? 0.2 : 1.4,
  );
}
