import { colour, css, mix } from '../colour.ts';
import type { Easel } from '../easel.ts';
import { paintField, ramp } from '../field.ts';
import { smoothStep } from '../noise.ts';
import type { Motif } from './motif.ts';
import { paintRidge } from './ridges.ts';

/** Dunes with one lit and one shaded flank each, wind ripples on them, table mountains far behind. */
export const desert: Motif = (easel) => {
  const { random, horizon, height, unit, width, noise } = easel;
  const shape = random.branch('dunes');
  if (shape.chance(0.7)) paintMesas(easel);
  const dunes = 5;
  let nearest = (_x: number): number => height;
  for (let dune = 0; dune < dunes; dune++) {
    const t = dune / (dunes - 1);
    const peakX = width * shape.between(0.1, 0.9);
    const base = horizon + unit + (height - horizon) * t ** 1.3 * 0.74;
    const tall = unit * (7 + t * 15) * shape.between(0.8, 1.2);
    const wide = unit * (42 + t * 46);
    const offset = shape.between(0, 50);
    const level = (x: number): number => {
      const from = (x - peakX) / wide;
      const hump = Math.exp(-1.3 * Math.abs(from) ** 1.6);
      return base - hump * tall - noise.fractal(x / (unit * 55) + offset, dune, 2) * unit * 5;
    };
    paintDune(easel, level, peakX, t, dune);
    nearest = level;
  }
  return {
    footing: (x) => Math.min(height - unit * 8, nearest(x) + unit * 6),
    size: unit * 15,
    waterline: null,
  };
};

function paintDune(easel: Easel, level: (x: number) => number, peakX: number, t: number, dune: number): void {
  const { palette, noise, width, height, unit, lightSide, scene } = easel;
  const night = scene.time === 'night' || scene.time === 'dusk';
  const sand = night
    ? mix(palette.far, colour('#a87a55'), 0.35)
    : mix(colour('#e2a868'), palette.horizon, 0.28);
  const shade = mix(mix(colour('#8a4a35'), palette.zenith, 0.4), palette.near, night ? 0.6 : 0.3);
  const air = mix(palette.horizon, palette.far, 0.35);
  const fade = (1 - t) ** 1.3 * 0.62;
  const tones = ramp([
    [0, mix(shade, air, fade)],
    [0.55, mix(mix(shade, sand, 0.72), air, fade)],
    [1, mix(mix(sand, palette.light, 0.42), air, fade)],
  ]);
  const top = Math.min(...Array.from({ length: 80 }, (_, index) => level((index / 79) * width)));
  paintField(easel, { left: 0, top: top - unit, width, height: height - top + unit }, 700, (x, y, out) => {
    const below = y - level(x);
    if (below < 0) {
      out[3] = 0;
      return;
    }
    // The knife edge winds down from the peak; one side of it lies in the light, the other in shade.
    const edge =
      peakX - lightSide * below * 0.55 + noise.at(below / (unit * 14), dune * 5) * unit * (4 + below * 0.05);
    const side = ((x - edge) * lightSide) / unit;
    const lit =
      smoothStep(-0.8, 0.8, side) * (0.55 + 0.28 * Math.exp(-Math.max(0, side) / 34)) +
      smoothStep(14, 60, -side) * 0.5;
    const bend = noise.fractal(x / (unit * 18), y / (unit * 11), 2);
    const ripple = Math.sin((below / unit) * (2.4 - t * 0.9) + x / (unit * 6) + bend * 7) * 0.045 * (0.3 + t);
    const [red, green, blue] = tones(
      0.08 + lit + ripple + bend * 0.09 - smoothStep(0, unit * 60, below) * 0.16,
    );
    out[0] = red;
    out[1] = green;
    out[2] = blue;
    out[3] = Math.min(1, below / (unit * 0.2)) * 255;
  });
}

function paintMesas(easel: Easel): void {
  const { palette, random, width, horizon, unit } = easel;
  const shape = random.branch('mesas');
  const tables = Array.from({ length: 4 }, () => ({
    x: width * shape.next(),
    half: unit * shape.between(5, 15),
    tall: unit * shape.between(6, 15),
  }));
  paintRidge(easel, {
    crest: (x) => {
      const rise = tables.reduce((most, { x: middle, half, tall }) => {
        const beyond = Math.abs(x - middle) - half;
        return Math.max(
          most,
          beyond < 0 ? tall : beyond < unit * 0.7 ? tall * 0.62 : tall * 0.6 - beyond * 0.7,
        );
      }, 0);
      return horizon + unit * 2 - rise - easel.noise.fractal(x / (unit * 8), 5, 3) * unit * 0.8;
    },
    bottom: horizon + unit * 3,
    lit: mix(palette.far, colour('#c9764f'), 0.45),
    shadow: mix(palette.far, palette.near, 0.4),
    haze: mix(palette.horizon, palette.far, 0.4),
    distance: 0.36,
    snow: null,
    snowLit: palette.white,
    snowShadow: palette.far,
    grain: unit * 7,
  });
  easel.context.fillStyle = css(palette.horizon, 0.1);
  easel.context.fillRect(0, horizon - unit * 3, width, unit * 6);
}
