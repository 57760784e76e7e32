import { type Colour, colour, css, lighter, mix } from '../colour.ts';
import type { Easel } from '../easel.ts';
import { glow, oval } from '../paint.ts';

/** A banded tower with a lamp; its beam is seen when it is dark or the weather is bad. */
export function paintLighthouse(
  easel: Easel,
  named: Colour | null,
  x: number,
  foot: number,
  tall: number,
): void {
  const { context, palette, lightSide, scene, width } = easel;
  const dim = palette.zenith.l < 0.4 ? 0.36 : 0.1;
  const white = mix(colour('#f4efe6'), palette.near, dim);
  const band = mix(named ?? colour('#b8392f'), palette.near, dim);
  const half = tall * 0.105;
  const top = foot - tall * 0.78;
  const sideLight = (tone: Colour) => {
    const gradient = context.createLinearGradient(x - lightSide * half, 0, x + lightSide * half, 0);
    gradient.addColorStop(0, css({ l: tone.l * 0.5, a: tone.a * 0.8, b: tone.b * 0.8 }));
    gradient.addColorStop(0.6, css(tone));
    gradient.addColorStop(1, css(mix(tone, palette.light, 0.35)));
    return gradient;
  };
  const at = (t: number): number => half * (1 - t * 0.36);
  for (let part = 0; part < 5; part++) {
    const from = part / 5;
    const to = (part + 1) / 5;
    context.fillStyle = sideLight(part % 2 === 0 ? white : band);
    context.beginPath();
    context.moveTo(x - at(from), foot - (foot - top) * from + 1);
    context.lineTo(x + at(from), foot - (foot - top) * from + 1);
    context.lineTo(x + at(to), foot - (foot - top) * to);
    context.lineTo(x - at(to), foot - (foot - top) * to);
    context.fill();
  }
  context.fillStyle = css(mix(palette.ink, band, 0.2));
  context.fillRect(x - half * 0.95, top - tall * 0.022, half * 1.9, tall * 0.03);
  const lampY = top - tall * 0.075;
  const bright =
    ['storm', 'rain', 'fog'].includes(scene.weather) ||
    ['night', 'dusk', 'sunset', 'dawn'].includes(scene.time);
  if (bright) paintBeam(easel, x, lampY, tall, width);
  context.fillStyle = css(bright ? palette.lamp : mix(palette.sky, palette.lamp, 0.4));
  context.fillRect(x - half * 0.5, lampY - tall * 0.05, half, tall * 0.1);
  context.fillStyle = css(mix(palette.ink, band, 0.25));
  for (const aside of [-0.52, -0.04, 0.44])
    context.fillRect(x + half * aside, lampY - tall * 0.05, half * 0.08, tall * 0.1);
  context.fillStyle = sideLight(mix(band, palette.ink, 0.25));
  context.beginPath();
  context.moveTo(x - half * 0.7, lampY - tall * 0.05);
  context.quadraticCurveTo(x - half * 0.2, lampY - tall * 0.12, x, lampY - tall * 0.145);
  context.quadraticCurveTo(x + half * 0.2, lampY - tall * 0.12, x + half * 0.7, lampY - tall * 0.05);
  context.fill();
  if (bright) {
    context.save();
    context.globalCompositeOperation = 'screen';
    glow(context, x, lampY, tall * 0.42, palette.lamp, 0.95);
    context.restore();
  }
  context.fillStyle = css(palette.ink, 0.75);
  for (const t of [0.22, 0.52])
    context.fillRect(x - half * 0.13, foot - (foot - top) * t - tall * 0.03, half * 0.26, tall * 0.045);
}

function paintBeam(
  { context, palette, lightSide, unit }: Easel,
  x: number,
  y: number,
  tall: number,
  width: number,
): void {
  context.save();
  context.globalCompositeOperation = 'screen';
  context.filter = `blur(${Math.max(0.6, unit * 0.8)}px)`;
  for (const [side, strength, long] of [
    [lightSide, 0.7, width * 0.95],
    [-lightSide, 0.34, width * 0.55],
  ] as const) {
    const gradient = context.createLinearGradient(x, y, x + side * long, y);
    gradient.addColorStop(0, css(palette.lamp, strength));
    gradient.addColorStop(0.3, css(palette.lamp, strength * 0.42));
    gradient.addColorStop(1, css(palette.lamp, 0));
    context.fillStyle = gradient;
    context.beginPath();
    context.moveTo(x, y - tall * 0.02);
    context.lineTo(x + side * long, y - tall * 0.36);
    context.lineTo(x + side * long, y + tall * 0.14);
    context.lineTo(x, y + tall * 0.02);
    context.fill();
  }
  context.restore();
}

/** A small house with a lit window, a chimney and its smoke. */
export function paintHouse(easel: Easel, named: Colour | null, x: number, foot: number, size: number): void {
  const { context, palette, lightSide, scene, random, noise } = easel;
  const night = palette.zenith.l < 0.34;
  const dim = night ? 0.5 : 0.12;
  const snowy = scene.features.has('snowyGround');
  const wall = mix(
    named ?? random.branch('house').pick([colour('#8c5a3c'), colour('#e8dcc6'), colour('#a8483a')]),
    palette.near,
    dim,
  );
  const roof = snowy ? mix(palette.white, palette.sky, 0.1) : mix(colour('#5c3a33'), palette.near, 0.3);
  const half = size * 0.62;
  const eaves = foot - size * 0.6;
  const ridge = foot - size * 1.15;
  const gable = x + lightSide * half * 0.45;
  context.fillStyle = css(palette.ink, 0.35);
  oval(context, x - lightSide * size * 0.2, foot, size * 1.05, size * 0.09);
  context.fill();
  context.fillStyle = css({ l: wall.l * 0.66, a: wall.a * 0.8, b: wall.b * 0.8 });
  context.fillRect(
    Math.min(x - lightSide * half * 1.2, gable),
    eaves,
    Math.abs(gable - (x - lightSide * half * 1.2)),
    foot - eaves,
  );
  context.fillStyle = css(mix(wall, palette.light, 0.16));
  context.beginPath();
  context.moveTo(gable, foot);
  context.lineTo(gable, eaves);
  context.lineTo(gable + lightSide * half * 0.48, ridge + size * 0.03);
  context.lineTo(gable + lightSide * half * 0.96, eaves);
  context.lineTo(gable + lightSide * half * 0.96, foot);
  context.fill();
  context.strokeStyle = css(palette.ink, 0.22);
  context.lineWidth = Math.max(0.5, size * 0.012);
  for (let plank = 1; plank < 7; plank++) {
    const y = eaves + ((foot - eaves) * plank) / 7;
    context.beginPath();
    context.moveTo(x - lightSide * half * 1.2, y);
    context.lineTo(gable + lightSide * half * 0.96, y);
    context.stroke();
  }
  context.fillStyle = css(mix(colour('#6b4a40'), palette.near, 0.35));
  const chimney = x - lightSide * half * 0.5;
  context.fillRect(chimney - size * 0.07, ridge - size * 0.2, size * 0.14, size * 0.4);
  context.fillStyle = css(snowy ? roof : lighter(roof, 0.02));
  context.beginPath();
  context.moveTo(x - lightSide * half * 1.36, eaves + size * 0.06);
  context.lineTo(x - lightSide * half * 0.92, ridge);
  context.lineTo(gable + lightSide * half * 0.5, ridge);
  context.lineTo(gable - lightSide * half * 0.06, eaves + size * 0.06);
  context.fill();
  context.strokeStyle = css(mix(roof, palette.light, 0.3));
  context.lineWidth = size * 0.06;
  context.beginPath();
  context.moveTo(gable + lightSide * half * 0.5, ridge + size * 0.01);
  context.lineTo(gable + lightSide * half * 1.06, eaves + size * 0.07);
  context.stroke();
  paintHouseLights(easel, x, foot, size, gable, half, night);
  for (let puff = 0; puff < 22; puff++) {
    const t = puff / 22;
    const drift = (noise.at(t * 3, x) * 0.5 - lightSide * t * 0.6) * size;
    glow(
      context,
      chimney + drift,
      ridge - size * (0.22 + t * 1.2),
      size * (0.08 + t * 0.22),
      mix(palette.white, palette.sky, 0.45),
      0.42 * (1 - t),
    );
  }
}

function paintHouseLights(
  { context, palette, lightSide }: Easel,
  x: number,
  foot: number,
  size: number,
  gable: number,
  half: number,
  night: boolean,
): void {
  const pane = night ? palette.lamp : mix(palette.lamp, palette.sky, 0.35);
  const panes = [
    [gable + lightSide * half * 0.48, foot - size * 0.4],
    [x - lightSide * half * 0.25, foot - size * 0.38],
    [x - lightSide * half * 0.85, foot - size * 0.38],
  ] as const;
  for (const [paneX, paneY] of panes) {
    context.fillStyle = css(palette.ink, 0.6);
    context.fillRect(paneX - size * 0.095, paneY - size * 0.105, size * 0.19, size * 0.23);
    context.fillStyle = css(pane);
    context.fillRect(paneX - size * 0.075, paneY - size * 0.085, size * 0.15, size * 0.19);
    context.fillStyle = css(palette.ink, 0.55);
    context.fillRect(paneX - size * 0.008, paneY - size * 0.085, size * 0.016, size * 0.19);
    context.save();
    context.globalCompositeOperation = 'screen';
    glow(context, paneX, paneY, size * 0.75, palette.lamp, night ? 0.65 : 0.2);
    context.restore();
  }
}
