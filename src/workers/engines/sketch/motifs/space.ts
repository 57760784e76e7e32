import { colour, css, lighter, mix, turned, vivid } from '../colour.ts';
import type { Easel } from '../easel.ts';
import { paintField, ramp } from '../field.ts';
import { smoothStep } from '../noise.ts';
import { glow } from '../paint.ts';
import { paintStars } from '../skyLights.ts';
import type { Motif } from './motif.ts';

/** Clouds of gas lit from within, stars, and a planet with its night side turned to us. */
export const space: Motif = (easel) => {
  const { context, palette, scene, random, width, height } = easel;
  const whole = { ...easel, horizon: height };
  context.fillStyle = css(mix(palette.zenith, palette.ink, 0.55));
  context.fillRect(0, 0, width, height);
  paintNebula(easel);
  paintStars(whole);
  if (scene.features.has('planet') || random.branch('planet').chance(0.6)) paintPlanet(easel);
  return null;
};

function paintNebula(easel: Easel): void {
  const { palette, scene, random, noise, width, height, unit } = easel;
  const choice = random.branch('nebula');
  const first =
    scene.colours[0] ??
    choice.pick([colour('#c2387e'), colour('#2f7fd0'), colour('#7a45d0'), colour('#1fa79a')]);
  const second = scene.colours[1] ?? turned(vivid(first, 0.9), choice.pick([0.14, -0.16, 0.3]));
  const dark = mix(palette.zenith, palette.ink, 0.55);
  const tones = ramp([
    [0, dark],
    [0.3, mix(dark, { ...first, l: 0.34 }, 0.8)],
    [0.62, { ...mix(first, second, 0.3), l: 0.6 }],
    [0.85, lighter(mix(second, colour('#ffe6c8'), 0.45), 0.06)],
    [1, colour('#fff6e6')],
  ]);
  const other = ramp([
    [0, dark],
    [0.4, mix(dark, { ...second, l: 0.36 }, 0.85)],
    [1, lighter(second, 0.12)],
  ]);
  const shiftX = choice.between(0, 60);
  const heartX = width * choice.between(0.35, 0.65);
  const heartY = height * choice.between(0.35, 0.6);
  const reach = Math.max(width, height) * 0.42;
  paintField(easel, { left: 0, top: 0, width, height }, 560, (x, y, out) => {
    const u = x / (unit * 42) + shiftX;
    const v = y / (unit * 42);
    const warpX = noise.fractal(u, v, 4) * 1.4;
    const warpY = noise.fractal(u + 9, v + 4, 4) * 1.4;
    const gas = noise.fractal(u + warpX, v + warpY, 5);
    const near = Math.exp(-(((x - heartX) / reach) ** 2 + ((y - heartY) / reach) ** 2) * 1.2);
    const lanes = smoothStep(0.45, 0.85, noise.ridged(u * 1.1 + warpY * 0.7, v * 1.1 + 20, 4));
    const light = Math.max(0, near * (0.62 + gas * 1.25) - lanes * 0.32 * near + gas * 0.12);
    const blend = smoothStep(-0.35, 0.35, noise.fractal(u * 0.7 + 50, v * 0.7, 2));
    const one = tones(light);
    const two = other(light);
    out[0] = one[0] * blend + two[0] * (1 - blend);
    out[1] = one[1] * blend + two[1] * (1 - blend);
    out[2] = one[2] * blend + two[2] * (1 - blend);
    out[3] = 255;
  });
}

function paintPlanet(easel: Easel): void {
  const { context, scene, random, noise, width, height, unit, lightSide } = easel;
  const choice = random.branch('planet');
  choice.next();
  const radius = unit * choice.between(15, 24);
  const x = width * (0.5 - lightSide * choice.between(0.1, 0.22));
  const y = height * choice.between(0.5, 0.68);
  const body =
    scene.colours.at(-1) ??
    choice.pick([colour('#d99a5b'), colour('#5c93c9'), colour('#c96a5a'), colour('#8fb0a0')]);
  const bands = ramp([
    [0, { ...body, l: body.l * 0.72 }],
    [0.5, body],
    [1, mix(body, colour('#fff2dc'), 0.6)],
  ]);
  const ringed = choice.chance(0.55);
  const tilt = -0.32 * lightSide;
  if (ringed) paintRing(easel, x, y, radius, tilt, Math.PI, 2 * Math.PI, body);
  context.save();
  context.globalCompositeOperation = 'screen';
  glow(context, x + lightSide * radius * 0.2, y - radius * 0.1, radius * 1.7, body, 0.5);
  context.restore();
  paintField(
    easel,
    { left: x - radius, top: y - radius, width: radius * 2, height: radius * 2 },
    420,
    (px, py, out) => {
      const dx = (px - x) / radius;
      const dy = (py - y) / radius;
      const from = Math.hypot(dx, dy);
      const depth = Math.sqrt(Math.max(0, 1 - from * from));
      const lightOnIt = Math.max(0, dx * lightSide * 0.75 - dy * 0.45 + depth * 0.42);
      const across = dy * Math.cos(tilt) - dx * Math.sin(tilt);
      const swirl = noise.fractal(dx * 2.2 + 7, across * 7, 4);
      const [red, green, blue] = bands(0.5 + noise.at(across * 5.5 + swirl * 0.5, 3) * 0.75 + swirl * 0.22);
      const light = 0.02 + lightOnIt ** 0.85 * 1.12;
      out[0] = red * light;
      out[1] = green * light;
      out[2] = blue * light + 6;
      out[3] = 255 * smoothStep(1, 0.985, from);
    },
  );
  if (ringed) paintRing(easel, x, y, radius, tilt, 0, Math.PI, body);
}

function paintRing(
  { context, random }: Easel,
  x: number,
  y: number,
  radius: number,
  tilt: number,
  from: number,
  to: number,
  body: Parameters<typeof css>[0],
): void {
  const tracks = random.branch('ring');
  for (let track = 0; track < 34; track++) {
    const size = radius * (1.35 + track * 0.026);
    const gap = track > 19 && track < 23;
    context.strokeStyle = css(
      mix(body, colour('#fff0da'), tracks.between(0.2, 0.8)),
      gap ? 0.04 : tracks.between(0.2, 0.72),
    );
    context.lineWidth = radius * 0.028;
    context.beginPath();
    context.ellipse(x, y, size, size * 0.26, tilt, from, to);
    context.stroke();
  }
}
