import { colour, css, mix, toRgb, turned } from './colour.ts';
import type { Easel } from './easel.ts';
import { paintField, ramp } from './field.ts';
import { smoothStep } from './noise.ts';
import { glow, oval } from './paint.ts';

export function paintStars(easel: Easel): void {
  const { context, palette, width, unit, scene } = easel;
  const random = easel.random.branch('stars');
  const bottom = easel.horizon;
  const many = scene.features.has('stars') || scene.setting === 'nightSky' || scene.setting === 'space';
  const count = Math.round(((width * bottom) / (unit * unit)) * (many ? 0.075 : 0.035));
  for (let index = 0; index < count; index++) {
    const x = random.next() * width;
    const y = random.next() ** 1.2 * bottom;
    const size = random.next() ** 7;
    const tint = random.chance(0.25)
      ? colour('#ffd9b0')
      : random.chance(0.3)
        ? colour('#b9d2ff')
        : palette.light;
    const radius = unit * (0.11 + size * 0.3);
    context.fillStyle = css(tint, 0.35 + random.next() * 0.55 + size * 0.2);
    oval(context, x, y, radius, radius);
    context.fill();
    if (size > 0.72) glow(context, x, y, unit * (0.8 + size * 1.6), tint, 0.4);
  }
}

/** A band of light across the sky with dark lanes of dust, dense with faint stars. */
export function paintMilkyWay(easel: Easel): void {
  const { context, palette, width, unit, noise } = easel;
  const random = easel.random.branch('milky way');
  const height = easel.horizon;
  const lean = random.between(0.5, 1.0) * easel.lightSide;
  const middleX = width * random.between(0.42, 0.58);
  const length = Math.hypot(lean, 1);
  const across = (x: number, y: number): number =>
    (x - middleX + (y - height * 0.5) * lean) / length / (unit * 24);
  const tones = ramp([
    [0, palette.sky],
    [0.4, mix(palette.horizon, turned(palette.horizon, 0.12), 0.6)],
    [0.75, mix(palette.horizon, colour('#f0c9c0'), 0.6)],
    [1, colour('#fff1dc')],
  ]);
  paintField(easel, { left: 0, top: 0, width, height }, 560, (x, y, out) => {
    const u = x / (unit * 26);
    const v = y / (unit * 26);
    const from = across(x, y) + noise.fractal(u, v, 3) * 0.5;
    const band = Math.exp(-from * from * 1.3);
    const cloud = 0.62 + noise.fractal(u * 2.2 + 40, v * 2.2, 4) * 0.75;
    const dust = smoothStep(0.5, 0.9, noise.ridged(u * 1.3 + 9, v * 1.3 + 5, 4)) * Math.exp(-from * from * 5);
    const light = band * cloud * (1 - dust * 0.72) * 1.3;
    const [red, green, blue] = tones(light * 0.95);
    out[0] = red;
    out[1] = green;
    out[2] = blue;
    out[3] = Math.min(0.92, light * 0.95) * 255;
  });
  const count = Math.round(((width * height) / (unit * unit)) * 0.12);
  for (let index = 0; index < count; index++) {
    const y = random.next() * height;
    const offset = random.bell() * 0.62;
    const x = middleX - (y - height * 0.5) * lean + offset * unit * 20 * length;
    const radius = unit * random.between(0.06, 0.2);
    context.fillStyle = css(palette.light, random.between(0.25, 0.9) * Math.exp(-offset * offset));
    oval(context, x, y, radius, radius);
    context.fill();
  }
}

/** Curtains: rays that rise from a winding lower edge and fade upwards, green below, violet above. */
export function paintAurora(easel: Easel): void {
  const { context, width, unit, noise, scene } = easel;
  const random = easel.random.branch('aurora');
  const height = easel.horizon;
  const named = scene.colours[0];
  const low = named === undefined ? colour('#4dffae') : mix(named, colour('#e8fff4'), 0.25);
  const high = named === undefined ? colour('#8a5cff') : turned(named, 0.12);
  const tones = ramp([
    [0, low],
    [0.3, mix(low, colour('#35d8c8'), 0.5)],
    [0.65, high],
    [1, colour('#d0509a')],
  ]);
  // Mountains would hide a low curtain.
  const lowest = scene.setting === 'mountains' ? 0.64 : 0.86;
  const curtains = [0, 1, 2].map((index) => ({
    base: height * (lowest - index * 0.16 + random.between(-0.05, 0.03)),
    swing: height * random.between(0.12, 0.2),
    tall: height * random.between(0.42, 0.62),
    phase: random.between(0, 60),
    strength: 0.95 - index * 0.22,
  }));
  context.save();
  context.globalCompositeOperation = 'screen';
  paintField(easel, { left: 0, top: 0, width, height }, 560, (x, y, out) => {
    let red = 0;
    let green = 0;
    let blue = 0;
    for (const curtain of curtains) {
      const u = x / (unit * 55) + curtain.phase;
      const edge = curtain.base + noise.fractal(u, curtain.phase, 2) * curtain.swing * 1.6;
      const up = (edge - y) / curtain.tall;
      if (up < -0.08 || up > 1) continue;
      const fold = noise.fractal(u * 1.3 + 7, curtain.phase + 3, 2);
      const rays = 0.62 + noise.at(u * 9 + fold * 4, curtain.phase + up * 0.35) * 0.4 + fold * 0.5;
      const body = smoothStep(-0.08, 0.07, up) * (1 - up) ** 1.7;
      const light = Math.max(0, rays * body * curtain.strength);
      const tone = tones(up * 1.15);
      red += tone[0] * light;
      green += tone[1] * light;
      blue += tone[2] * light;
    }
    out[0] = red;
    out[1] = green;
    out[2] = blue;
    out[3] = 255;
  });
  context.restore();
}

export function paintRainbow(easel: Easel): void {
  const { context, width, unit, horizon, lightSide } = easel;
  const centreX = width / 2 - lightSide * width * 0.14;
  const radius = Math.min(width * 0.62, horizon * 0.95);
  context.save();
  context.globalCompositeOperation = 'screen';
  context.lineWidth = unit * 0.7;
  const bands = 16;
  for (let band = 0; band < bands; band++) {
    const t = band / (bands - 1);
    const [red, green, blue] = toRgb(turned({ l: 0.72, a: 0.17, b: 0.06 }, t * 0.78));
    context.strokeStyle = `rgba(${red},${green},${blue},${0.3 * Math.sin(Math.PI * (t * 0.9 + 0.05))})`;
    context.beginPath();
    context.arc(centreX, horizon + unit * 6, radius - t * unit * 6, Math.PI, 2 * Math.PI);
    context.stroke();
  }
  context.restore();
}

export function paintLightning(easel: Easel): void {
  const { context, palette, unit, width, horizon, lightSide } = easel;
  const random = easel.random.branch('lightning');
  const startX = width * (0.5 + lightSide * random.between(0.15, 0.36));
  context.save();
  context.globalCompositeOperation = 'screen';
  glow(context, startX, horizon * 0.3, unit * 45, mix(palette.light, colour('#b9c4ff'), 0.6), 0.55);
  const bolt = (fromX: number, fromY: number, toY: number, thick: number, drift: number): void => {
    let x = fromX;
    let y = fromY;
    context.lineCap = 'round';
    while (y < toY) {
      const nextX = x + unit * (random.bell() * 1.6 + drift);
      const nextY = y + unit * random.between(1.5, 3.6);
      for (const [wide, strength] of [
        [9, 0.06],
        [4, 0.16],
        [1, 0.95],
      ] as const) {
        context.strokeStyle = css(mix(palette.light, colour('#e4e6ff'), 0.7), strength);
        context.lineWidth = thick * wide;
        context.beginPath();
        context.moveTo(x, y);
        context.lineTo(nextX, nextY);
        context.stroke();
      }
      if (thick > unit * 0.3 && random.chance(0.16)) {
        bolt(
          nextX,
          nextY,
          Math.min(toY, nextY + unit * random.between(8, 18)),
          thick * 0.45,
          random.bell() * 1.6,
        );
      }
      x = nextX;
      y = nextY;
    }
  };
  bolt(startX, horizon * 0.12, horizon, unit * 0.36, -lightSide * 0.25);
  context.restore();
}
