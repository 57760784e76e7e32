import { css, mix, toRgb } from './colour.ts';
import type { Easel } from './easel.ts';
import { paintField } from './field.ts';
import { oval } from './paint.ts';

/** What falls or hangs between the picture and the eye. */
export function paintWeather(easel: Easel): void {
  switch (easel.scene.weather) {
    case 'rain':
      paintRain(easel, 1);
      break;
    case 'storm':
      paintRain(easel, 1.35);
      break;
    case 'snow':
      paintSnow(easel);
      break;
    case 'fog':
      paintFog(easel);
      break;
    default:
      break;
  }
}

function paintRain(
  { context, palette, random, width, height, unit, lightSide }: Easel,
  strength: number,
): void {
  const drops = random.branch('rain');
  const lean = -lightSide * 0.22 * strength;
  context.save();
  context.lineCap = 'round';
  const count = Math.round(((width * height) / (unit * unit)) * 0.055 * strength);
  for (let index = 0; index < count; index++) {
    const near = drops.next() ** 2;
    const long = unit * (2 + near * 9);
    const x = drops.between(-0.1, 1.1) * width;
    const y = drops.between(-0.1, 1) * height;
    context.strokeStyle = css(mix(palette.white, palette.sky, 0.35), 0.1 + near * 0.28);
    context.lineWidth = unit * (0.1 + near * 0.22);
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x + lean * long, y + long);
    context.stroke();
  }
  context.restore();
}

function paintSnow({ context, palette, random, width, height, unit }: Easel): void {
  const flakes = random.branch('snow');
  const count = Math.round(((width * height) / (unit * unit)) * 0.06);
  for (let index = 0; index < count; index++) {
    const near = flakes.next() ** 4;
    const size = unit * (0.16 + near * 0.75);
    context.fillStyle = css(palette.white, 0.55 + flakes.next() * 0.4 - near * 0.25);
    oval(context, flakes.next() * width, flakes.next() * height, size, size);
    context.fill();
  }
}

function paintFog(easel: Easel): void {
  const { palette, noise, random, width, height, horizon, unit } = easel;
  const tone = toRgb(mix(palette.horizon, palette.white, 0.4));
  const shift = random.branch('fog').between(0, 50);
  paintField(easel, { left: 0, top: 0, width, height }, 300, (x, y, out) => {
    const from = (y - horizon) / (unit * 30);
    const band = Math.exp(-from * from);
    const bank = noise.fractal(x / (unit * 60) + shift, y / (unit * 17), 4) * 0.9 + 0.45;
    out[0] = tone[0];
    out[1] = tone[1];
    out[2] = tone[2];
    out[3] = Math.max(0, band * bank) * 165;
  });
}
