import { createCanvas } from '@napi-rs/canvas';
import { type Colour, mix, type Rgb, toRgb } from './colour.ts';
import type { Easel } from './easel.ts';

export interface Area {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Sets the red, green, blue and opacity (0–255 each) of the point x, y of the picture. */
export type Shade = (x: number, y: number, out: Uint8ClampedArray) => void;

/**
 * Paints an area point by point, for what paths can't draw: clouds, water, rock. At most `finest` points
 * along the longer side, then scaled up: brush strokes go over it anyway, and time grows with the points.
 */
export function paintField(easel: Easel, area: Area, finest: number, shade: Shade): void {
  const scale = Math.min(1, finest / Math.max(area.width, area.height));
  const columns = Math.max(1, Math.round(area.width * scale));
  const rows = Math.max(1, Math.round(area.height * scale));
  const canvas = createCanvas(columns, rows);
  const context = canvas.getContext('2d');
  const image = context.createImageData(columns, rows);
  const out = new Uint8ClampedArray(4);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    const y = area.top + ((row + 0.5) / rows) * area.height;
    for (let column = 0; column < columns; column++, at += 4) {
      shade(area.left + ((column + 0.5) / columns) * area.width, y, out);
      image.data.set(out, at);
    }
  }
  context.putImageData(image, 0, 0);
  easel.context.save();
  easel.context.imageSmoothingQuality = 'high';
  easel.context.drawImage(canvas, area.left, area.top, area.width, area.height);
  easel.context.restore();
}

/** A row of colours, mixed once in Oklab, then looked up: mixing in every point would be twenty times slower. */
export function ramp(stops: readonly (readonly [at: number, colour: Colour])[]): (t: number) => Rgb {
  const steps = 256;
  const table: Rgb[] = [];
  for (let index = 0; index <= steps; index++) table.push(toRgb(between(stops, index / steps)));
  const black: Rgb = [0, 0, 0];
  return (t) => table[Math.round((t < 0 ? 0 : Math.min(t, 1)) * steps)] ?? black;
}

/** The colour at `t` among stops in rising order. */
export function between(stops: readonly (readonly [at: number, colour: Colour])[], t: number): Colour {
  let before = stops[0];
  for (const stop of stops) {
    if (before !== undefined && t <= stop[0]) {
      const span = stop[0] - before[0];
      return span <= 0 ? stop[1] : mix(before[1], stop[1], (t - before[0]) / span);
    }
    before = stop;
  }
  return before?.[1] ?? { l: 0, a: 0, b: 0 };
}
