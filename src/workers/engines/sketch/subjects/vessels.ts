import { type Colour, colour, css, lighter, mix } from '../colour.ts';
import type { Easel } from '../easel.ts';
import { oval } from '../paint.ts';

/** A small boat under sail, heeling a little, with its own reflection under it. */
export function paintSailingBoat(
  easel: Easel,
  named: Colour | null,
  x: number,
  water: number,
  size: number,
): void {
  const { context, palette, lightSide, scene } = easel;
  const dim = palette.zenith.l < 0.32 ? 0.45 : 0.06;
  const sail = mix(named ?? colour('#f7efdf'), palette.horizon, named === null ? 0.22 : 0.08);
  const hull = mix(colour('#5c2f26'), palette.near, 0.35);
  const lean = (scene.weather === 'storm' ? 0.2 : 0.035) * lightSide;
  const draw = (): void => {
    context.rotate(lean);
    const cloth = context.createLinearGradient(-size * 0.5 * lightSide, 0, size * 0.5 * lightSide, 0);
    cloth.addColorStop(0, css(mix(mix(sail, palette.zenith, 0.5), palette.near, dim)));
    cloth.addColorStop(1, css(mix(lighter(mix(sail, palette.light, 0.4), 0.02), palette.near, dim)));
    context.fillStyle = cloth;
    context.beginPath();
    context.moveTo(0, -size * 1.5);
    context.quadraticCurveTo(size * 0.62, -size * 0.75, size * 0.6, -size * 0.24);
    context.quadraticCurveTo(size * 0.3, -size * 0.16, size * 0.02, -size * 0.2);
    context.closePath();
    context.fill();
    context.beginPath();
    context.moveTo(-size * 0.06, -size * 1.34);
    context.quadraticCurveTo(-size * 0.3, -size * 0.7, -size * 0.56, -size * 0.24);
    context.quadraticCurveTo(-size * 0.3, -size * 0.14, -size * 0.05, -size * 0.2);
    context.closePath();
    context.fill();
    context.strokeStyle = css(mix(colour('#4a3526'), palette.ink, 0.4));
    context.lineWidth = Math.max(0.7, size * 0.035);
    context.beginPath();
    context.moveTo(-size * 0.02, -size * 1.56);
    context.lineTo(-size * 0.02, -size * 0.02);
    context.moveTo(-size * 0.02, -size * 0.17);
    context.lineTo(size * 0.62, -size * 0.19);
    context.stroke();
    context.fillStyle = css(mix(hull, palette.ink, dim));
    context.beginPath();
    context.moveTo(-size * 0.68, -size * 0.13);
    context.quadraticCurveTo(0, -size * 0.04, size * 0.64, -size * 0.12);
    context.quadraticCurveTo(size * 0.5, size * 0.1, size * 0.36, size * 0.1);
    context.lineTo(-size * 0.4, size * 0.1);
    context.quadraticCurveTo(-size * 0.6, size * 0.02, -size * 0.68, -size * 0.13);
    context.fill();
    context.strokeStyle = css(mix(palette.light, hull, 0.35), 0.8);
    context.lineWidth = Math.max(0.6, size * 0.025);
    context.beginPath();
    context.moveTo(-size * 0.66, -size * 0.12);
    context.quadraticCurveTo(0, -size * 0.035, size * 0.63, -size * 0.11);
    context.stroke();
  };
  mirrored(easel, x, water, size, draw);
}

/** A tall ship with three masts, dark against the light. */
export function paintTallShip(
  easel: Easel,
  named: Colour | null,
  x: number,
  water: number,
  size: number,
): void {
  const { context, palette, lightSide, scene } = easel;
  const dim = palette.zenith.l < 0.32 ? 0.5 : 0.2;
  const sail = mix(mix(named ?? colour('#efe4cd'), palette.horizon, 0.25), palette.near, dim);
  const wood = mix(colour('#4a2e20'), palette.ink, 0.45);
  const draw = (): void => {
    context.rotate((scene.weather === 'storm' ? 0.13 : 0.015) * lightSide);
    for (const [mast, tall] of [
      [-0.62, 1.35],
      [0, 1.65],
      [0.6, 1.3],
    ] as const) {
      context.fillStyle = css(wood);
      context.fillRect((mast - 0.018) * size, -tall * size, 0.036 * size, tall * size);
      for (let row = 0; row < 3; row++) {
        const half = (0.3 - row * 0.055) * size;
        const top = -(tall * (0.6 + row * 0.155)) * size;
        const low = top + tall * 0.21 * size;
        context.fillStyle = css(lighter(mix(sail, palette.light, row * 0.08), -0.02 * (2 - row)));
        context.beginPath();
        context.moveTo(mast * size - half * 0.86, top);
        context.lineTo(mast * size + half * 0.86, top);
        context.quadraticCurveTo(mast * size + half * 1.35, (top + low) / 2, mast * size + half, low);
        context.quadraticCurveTo(mast * size, low - size * 0.07, mast * size - half, low);
        context.quadraticCurveTo(mast * size - half * 0.6, (top + low) / 2, mast * size - half * 0.86, top);
        context.fill();
      }
    }
    context.strokeStyle = css(wood, 0.7);
    context.lineWidth = Math.max(0.5, size * 0.014);
    context.beginPath();
    context.moveTo(size * 1.32, -size * 0.42);
    for (const [toX, toY] of [
      [0.6, -1.3],
      [0, -1.65],
      [-0.62, -1.35],
      [-0.98, -0.3],
    ] as const)
      context.lineTo(toX * size, toY * size);
    context.stroke();
    context.fillStyle = css(wood);
    context.beginPath();
    context.moveTo(-size * 1.02, -size * 0.42);
    context.quadraticCurveTo(-size * 0.3, -size * 0.12, size * 0.86, -size * 0.3);
    context.lineTo(size * 1.34, -size * 0.44);
    context.lineTo(size * 0.94, -size * 0.16);
    context.quadraticCurveTo(size * 0.8, size * 0.1, size * 0.66, size * 0.12);
    context.lineTo(-size * 0.8, size * 0.12);
    context.quadraticCurveTo(-size * 0.98, -size * 0.1, -size * 1.02, -size * 0.42);
    context.fill();
    context.fillStyle = css(palette.lamp, 0.8);
    for (let port = -4; port < 4; port++)
      context.fillRect(size * (0.06 + port * 0.17), -size * 0.12, size * 0.05, size * 0.045);
  };
  mirrored(easel, x, water, size, draw);
}

function mirrored(
  { context, palette, scene, random, unit }: Easel,
  x: number,
  water: number,
  size: number,
  draw: () => void,
): void {
  context.save();
  context.translate(x, water + size * 0.1);
  context.scale(1, -0.72);
  context.globalAlpha = scene.weather === 'storm' ? 0.12 : 0.34;
  draw();
  context.restore();
  context.save();
  context.translate(x, water);
  draw();
  context.restore();
  const lines = random.branch('wake');
  for (let index = 0; index < 26; index++) {
    const down = lines.next();
    context.fillStyle = css(lines.chance(0.5) ? palette.horizon : palette.deepWater, 0.4);
    oval(
      context,
      x + lines.bell() * size * 0.45,
      water + size * (0.1 + down * 0.95),
      size * lines.between(0.1, 0.36),
      unit * 0.24,
    );
    context.fill();
  }
}
