import type { SKRSContext2D } from '@napi-rs/canvas';
import { type Colour, css, mix } from './colour.ts';
import { between } from './field.ts';

export type Point = readonly [x: number, y: number];
type Stops = readonly (readonly [at: number, colour: Colour])[];

/** A gradient from top to bottom, mixed in Oklab: the canvas itself mixes in sRGB, which turns muddy. */
export function verticalGradient(context: SKRSContext2D, top: number, bottom: number, stops: Stops) {
  const gradient = context.createLinearGradient(0, top, 0, bottom);
  for (let index = 0; index <= 12; index++)
    gradient.addColorStop(index / 12, css(between(stops, index / 12)));
  return gradient;
}

/** Light that fades from a centre; `strength` is its opacity there. */
export function glow(
  context: SKRSContext2D,
  x: number,
  y: number,
  radius: number,
  light: Colour,
  strength: number,
): void {
  const gradient = context.createRadialGradient(x, y, 0, x, y, radius);
  for (let index = 0; index <= 8; index++) {
    const t = index / 8;
    gradient.addColorStop(t, css(light, strength * (1 - t) ** 2.4));
  }
  context.fillStyle = gradient;
  context.fillRect(x - radius, y - radius, radius * 2, radius * 2);
}

/** A ball: lit from one side, with a core shadow and light thrown back from below. */
export function ball(
  context: SKRSContext2D,
  x: number,
  y: number,
  radius: number,
  skin: Colour,
  lightSide: number,
): void {
  const gradient = context.createRadialGradient(
    x + lightSide * radius * 0.4,
    y - radius * 0.45,
    radius * 0.05,
    x + lightSide * radius * 0.12,
    y - radius * 0.1,
    radius * 1.15,
  );
  const dark: Colour = { l: skin.l * 0.45, a: skin.a * 0.75, b: skin.b * 0.55 };
  gradient.addColorStop(0, css(mix(skin, { l: 0.98, a: 0, b: 0.02 }, 0.55)));
  gradient.addColorStop(0.3, css(skin));
  gradient.addColorStop(0.68, css(mix(skin, dark, 0.6)));
  gradient.addColorStop(0.88, css(dark));
  gradient.addColorStop(1, css(mix(dark, skin, 0.3)));
  context.fillStyle = gradient;
  context.beginPath();
  context.arc(x, y, radius, 0, Math.PI * 2);
  context.fill();
}

/** A closed shape through the points, rounded at every one. */
export function softShape(context: SKRSContext2D, points: readonly Point[]): void {
  const last = points.at(-1);
  const first = points[0];
  if (last === undefined || first === undefined) return;
  context.beginPath();
  context.moveTo((last[0] + first[0]) / 2, (last[1] + first[1]) / 2);
  points.forEach(([x, y], index) => {
    const [nextX, nextY] = points[(index + 1) % points.length] ?? first;
    context.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
  });
  context.closePath();
}

/** A line through the points, filled down to `bottom`: ridges, hills, shores. */
export function landBelow(context: SKRSContext2D, points: readonly Point[], bottom: number): void {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined) return;
  context.beginPath();
  context.moveTo(first[0], bottom);
  for (const [x, y] of points) context.lineTo(x, y);
  context.lineTo(last[0], bottom);
  context.closePath();
}

export function oval(
  context: SKRSContext2D,
  x: number,
  y: number,
  radiusX: number,
  radiusY: number,
  rotation = 0,
): void {
  context.beginPath();
  context.ellipse(x, y, Math.max(0.01, radiusX), Math.max(0.01, radiusY), rotation, 0, Math.PI * 2);
}
