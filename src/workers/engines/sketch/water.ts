import { type Colour, mix, toRgb } from './colour.ts';
import type { Easel } from './easel.ts';
import { paintField } from './field.ts';
import { clamp, smoothStep } from './noise.ts';

export interface Water {
  readonly top: number;
  readonly bottom: number;
  /** 0 is a mirror, 1 a storm. */
  readonly roughness: number;
  /** How much of the picture above comes back, 0–1. */
  readonly mirror: number;
}

/**
 * Water that mirrors what is painted above it: paint the sky and the far shore first. Every point looks up
 * its reflection, moved by the waves, darker towards the viewer where one looks down into the water.
 */
export function paintWater(easel: Easel, water: Water): void {
  const { canvas, context, palette, unit, width, sun, noise, scene } = easel;
  const { top, bottom, roughness, mirror } = water;
  const source = context.getImageData(0, 0, width, Math.max(1, Math.floor(top))).data;
  const sourceRows = Math.max(1, Math.floor(top));
  const height = bottom - top;
  const deep = toRgb(palette.deepWater);
  const crest = toRgb(mix(palette.deepWater, palette.horizon, 0.72));
  const glint = toRgb(palette.light);
  const foam = toRgb(palette.white);
  const storm = scene.weather === 'storm' || scene.weather === 'rain';
  const named = scene.features.has('moon') || scene.features.has('sun');
  const moonless = scene.time === 'night' && (scene.features.has('aurora') || scene.features.has('milkyWay'));
  const seen = named || !(storm || moonless);
  const shift = easel.random.branch('water').between(0, 90);
  const finest = Math.min(900, Math.max(canvas.width, canvas.height));
  paintField(easel, { left: 0, top, width, height }, finest, (x, y, out) => {
    const t = clamp((y - top) / height, 0, 1);
    const away = 1 / (t + 0.05);
    const u = ((x - width / 2) / (unit * 100)) * (away * 0.55 + 1.3);
    const v = away * 1.35 + shift;
    const swell = noise.at(u * 1.1 + 3, v * 1.7) * 0.6 + noise.at(u * 2.6, v * 3.9 + 11) * 0.4;
    const chop = noise.at(u * 6.1, v * 9.3 + 4) * 0.6 + noise.at(u * 13, v * 19 + 8) * 0.4;
    const lift = swell * (0.35 + roughness) + chop * 0.5;
    const strength = (0.12 + roughness) * smoothStep(0, 0.3, t);
    const fromY = top - (y - top) * 0.92 - lift * strength * unit * 16;
    const fromX = x + chop * strength * unit * 7;
    const column = clamp(Math.round(fromX), 0, width - 1);
    const row = clamp(Math.round(fromY), 0, sourceRows - 1);
    const at = (row * width + column) * 4;
    const reflected = mirror * (1 - t * 0.5) * (1 - roughness * 0.25);
    const slope = clamp(0.5 + lift * (0.4 + roughness * 0.9), 0, 1);
    const body = (from: number, to: number): number => from + (to - from) * slope * (0.3 + roughness * 0.45);
    let red = body(deep[0], crest[0]) * (1 - reflected) + (source[at] ?? 0) * reflected * 0.93;
    let green = body(deep[1], crest[1]) * (1 - reflected) + (source[at + 1] ?? 0) * reflected * 0.95;
    let blue = body(deep[2], crest[2]) * (1 - reflected) + (source[at + 2] ?? 0) * reflected * 0.98;
    if (seen) {
      // The path of light: narrow at the horizon, wide and broken at one's feet.
      const wide = unit * (3.5 + t * 17);
      const across = (x - sun.x) / wide;
      const path =
        Math.exp(-across * across) * smoothStep(0.05 - t * 0.35, 0.55, chop * 0.7 + swell * 0.35 + 0.12);
      const light = path * (0.9 - t * 0.25) * (storm ? 0.4 : 1);
      red += (glint[0] - red) * light;
      green += (glint[1] - green) * light;
      blue += (glint[2] - blue) * light;
    }
    if (roughness > 0.4) {
      const breaking = smoothStep(0.26, 0.5, swell * 0.55 + noise.ridged(u * 3.1, v * 4.6, 3) * 0.42 - 0.12);
      const white = breaking * (roughness - 0.25) * smoothStep(0.02, 0.25, t);
      red += (foam[0] - red) * white;
      green += (foam[1] - green) * white;
      blue += (foam[2] - blue) * white;
    }
    out[0] = red;
    out[1] = green;
    out[2] = blue;
    out[3] = 255;
  });
}

/** Foam where waves run out: a few broken pale lines along a shore. */
export function paintFoamLine(easel: Easel, level: (x: number) => number, white: Colour): void {
  const { context, unit, width, noise } = easel;
  const [red, green, blue] = toRgb(white);
  for (let line = 0; line < 3; line++) {
    context.lineWidth = unit * (0.9 - line * 0.22);
    for (let x = 0; x < width; x += unit) {
      const there = noise.at(x / (unit * 9) + line * 13, line * 7) + 0.25;
      if (there <= 0) continue;
      context.strokeStyle = `rgba(${red},${green},${blue},${Math.min(0.75, there * 1.2)})`;
      context.beginPath();
      context.moveTo(x, level(x) - line * unit * 2.2 + noise.at(x / (unit * 5), line) * unit);
      context.lineTo(
        x + unit * 1.2,
        level(x + unit) - line * unit * 2.2 + noise.at((x + unit) / (unit * 5), line) * unit,
      );
      context.stroke();
    }
  }
}
