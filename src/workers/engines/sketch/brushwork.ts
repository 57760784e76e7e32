import type { Canvas, SKRSContext2D } from '@napi-rs/canvas';
import { clamp, type Noise } from './noise.ts';
import { difference, luminance, reduced } from './pixels.ts';
import type { Random } from './random.ts';

/**
 * Painting a picture again with a brush, after Hertzmann (1998, "Painterly rendering with curved brush
 * strokes of multiple sizes"): big strokes first, then ever smaller ones, only where the canvas still
 * differs from the study. Strokes follow the edges of the study, and where it has none, a flow of noise.
 */
export interface Layer {
  /** Half the width of the brush, in pixels. */
  readonly radius: number;
  /** How far canvas and study may differ (0–1) before a stroke is worth it. */
  readonly tolerance: number;
  /** At most so many brush widths long. */
  readonly reach: number;
  readonly opacity: number;
  /** How much a stroke's colour strays from the study's. */
  readonly stray: number;
}

interface Stroke {
  readonly points: Float64Array;
  readonly colour: readonly [number, number, number];
}

/** The strokes of one layer, in the order in which they are to be laid. */
export function planStrokes(
  study: Canvas,
  canvas: Canvas,
  layer: Layer,
  random: Random,
  noise: Noise,
): Stroke[] {
  const cell = Math.max(1, layer.radius * 0.95);
  const columns = Math.max(2, Math.round(study.width / cell));
  const rows = Math.max(2, Math.round(study.height / cell));
  const wanted = reduced(study, columns, rows);
  const present = reduced(canvas, columns, rows);
  const light = luminance(wanted);
  const strokes: Stroke[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = (row * columns + column) * 4;
      if (difference(wanted, at, present, at) < layer.tolerance) continue;
      if (isSpark(light, columns, rows, column, row)) continue;
      strokes.push(trace({ column, row, columns, rows, wanted, present, light, layer, cell, random, noise }));
    }
  }
  shuffle(strokes, random);
  return strokes;
}

/**
 * A star, a flake, a lit window: a point brighter than all around it. A stroke would smear it into a worm;
 * it is left to the last drawing over (see `sharpen`), which sets it down as a point.
 */
function isSpark(light: Float32Array, columns: number, rows: number, column: number, row: number): boolean {
  const here = (light[row * columns + column] ?? 0) - 0.07;
  const left = Math.max(0, column - 2);
  const right = Math.min(columns - 1, column + 2);
  const above = Math.max(0, row - 2) * columns;
  const below = Math.min(rows - 1, row + 2) * columns;
  return (
    here > (light[row * columns + left] ?? 0) &&
    here > (light[row * columns + right] ?? 0) &&
    here > (light[above + column] ?? 0) &&
    here > (light[below + column] ?? 0)
  );
}

interface Trace {
  readonly column: number;
  readonly row: number;
  readonly columns: number;
  readonly rows: number;
  readonly wanted: Uint8ClampedArray;
  readonly present: Uint8ClampedArray;
  readonly light: Float32Array;
  readonly layer: Layer;
  readonly cell: number;
  readonly random: Random;
  readonly noise: Noise;
}

/** One stroke: on along the edge until the study's colour is no longer the brush's. */
function trace(from: Trace): Stroke {
  const { columns, rows, wanted, present, light, layer, cell, random, noise } = from;
  const start = (from.row * columns + from.column) * 4;
  let x = from.column + random.between(0.1, 0.9);
  let y = from.row + random.between(0.1, 0.9);
  const points: number[] = [x * cell, y * cell];
  let lastX = 0;
  let lastY = 0;
  const most = Math.max(2, Math.round(layer.reach * random.between(0.6, 1.2)));
  for (let step = 0; step < most; step++) {
    const column = clamp(Math.floor(x), 0, columns - 1);
    const row = clamp(Math.floor(y), 0, rows - 1);
    const here = (row * columns + column) * 4;
    if (step > 1 && difference(wanted, here, present, here) < difference(wanted, here, wanted, start)) break;
    let [goX, goY] = heading(light, columns, rows, column, row, noise, x * cell, y * cell, layer.radius);
    if (goX * lastX + goY * lastY < 0) {
      goX = -goX;
      goY = -goY;
    }
    goX = lastX * 0.35 + goX * 0.65;
    goY = lastY * 0.35 + goY * 0.65;
    const length = Math.hypot(goX, goY) || 1;
    lastX = goX / length;
    lastY = goY / length;
    x += lastX * 1.1;
    y += lastY * 1.1;
    points.push(x * cell, y * cell);
    if (x < -1 || y < -1 || x > columns + 1 || y > rows + 1) break;
  }
  const brighter = random.bell() * layer.stray * 90;
  const warmer = random.bell() * layer.stray * 40;
  return {
    points: Float64Array.from(points),
    colour: [
      clamp((wanted[start] ?? 0) + brighter + warmer, 0, 255),
      clamp((wanted[start + 1] ?? 0) + brighter, 0, 255),
      clamp((wanted[start + 2] ?? 0) + brighter - warmer, 0, 255),
    ],
  };
}

/** Across the steepest change of light; where there is hardly any, along a slow flow of noise, mostly level. */
function heading(
  light: Float32Array,
  columns: number,
  rows: number,
  column: number,
  row: number,
  noise: Noise,
  x: number,
  y: number,
  radius: number,
): [number, number] {
  const left = Math.max(0, column - 1);
  const right = Math.min(columns - 1, column + 1);
  const above = Math.max(0, row - 1) * columns;
  const below = Math.min(rows - 1, row + 1) * columns;
  const middle = row * columns;
  const slopeX =
    (light[above + right] ?? 0) +
    2 * (light[middle + right] ?? 0) +
    (light[below + right] ?? 0) -
    (light[above + left] ?? 0) -
    2 * (light[middle + left] ?? 0) -
    (light[below + left] ?? 0);
  const slopeY =
    (light[below + left] ?? 0) +
    2 * (light[below + column] ?? 0) +
    (light[below + right] ?? 0) -
    (light[above + left] ?? 0) -
    2 * (light[above + column] ?? 0) -
    (light[above + right] ?? 0);
  const steep = Math.hypot(slopeX, slopeY);
  const turn = noise.at(x / (radius * 22), y / (radius * 22)) * 1.3;
  const flow = Math.max(0, 0.16 - steep) * 4;
  return [-slopeY + Math.cos(turn) * flow, slopeX + Math.sin(turn) * flow];
}

/** Lays strokes from `from` up to `to`; a broad brush leaves the lighter and darker tracks of its bristles. */
export function layStrokes(
  context: SKRSContext2D,
  strokes: readonly Stroke[],
  from: number,
  to: number,
  layer: Layer,
  random: Random,
): void {
  context.save();
  context.lineCap = 'round';
  context.lineJoin = 'round';
  const bristles = layer.radius > 2.5 ? 3 : 0;
  for (const { points, colour } of strokes.slice(from, to)) {
    const [red, green, blue] = colour;
    drawLine(
      context,
      points,
      0,
      0,
      layer.radius * 2 * random.between(0.75, 1.1),
      red,
      green,
      blue,
      layer.opacity,
    );
    for (let bristle = 0; bristle < bristles; bristle++) {
      const tone = random.bell() * 11;
      const aside = random.between(-0.75, 0.75) * layer.radius;
      drawLine(
        context,
        points,
        aside * 0.5,
        aside,
        layer.radius * random.between(0.12, 0.34),
        red + tone,
        green + tone,
        blue + tone,
        0.42,
      );
    }
  }
  context.restore();
}

function drawLine(
  context: SKRSContext2D,
  points: Float64Array,
  asideX: number,
  asideY: number,
  thick: number,
  red: number,
  green: number,
  blue: number,
  opacity: number,
): void {
  context.lineWidth = thick;
  context.strokeStyle = `rgba(${clamp(red, 0, 255) | 0},${clamp(green, 0, 255) | 0},${clamp(blue, 0, 255) | 0},${opacity})`;
  context.beginPath();
  context.moveTo((points[0] ?? 0) + asideX, (points[1] ?? 0) + asideY);
  for (let index = 2; index < points.length; index += 2) {
    context.lineTo((points[index] ?? 0) + asideX, (points[index + 1] ?? 0) + asideY);
  }
  context.stroke();
}

function shuffle<T>(items: T[], random: Random): void {
  for (let index = items.length - 1; index > 0; index--) {
    const other = random.integer(0, index);
    const kept = items[index] as T;
    items[index] = items[other] as T;
    items[other] = kept;
  }
}
