import { type Canvas, createCanvas } from '@napi-rs/canvas';

/** The picture scaled down to one point for each cell: each the mean of what lies in it. */
export function reduced(canvas: Canvas, columns: number, rows: number): Uint8ClampedArray {
  const small = createCanvas(columns, rows);
  const context = small.getContext('2d');
  context.imageSmoothingQuality = 'high';
  context.drawImage(canvas, 0, 0, columns, rows);
  return context.getImageData(0, 0, columns, rows).data;
}

export function luminance(pixels: Uint8ClampedArray): Float32Array {
  const light = new Float32Array(pixels.length / 4);
  for (let index = 0; index < light.length; index++) {
    const at = index * 4;
    light[index] =
      ((pixels[at] ?? 0) * 0.3 + (pixels[at + 1] ?? 0) * 0.59 + (pixels[at + 2] ?? 0) * 0.11) / 255;
  }
  return light;
}

export function difference(
  one: Uint8ClampedArray,
  at: number,
  other: Uint8ClampedArray,
  otherAt: number,
): number {
  const red = (one[at] ?? 0) - (other[otherAt] ?? 0);
  const green = (one[at + 1] ?? 0) - (other[otherAt + 1] ?? 0);
  const blue = (one[at + 2] ?? 0) - (other[otherAt + 2] ?? 0);
  return (Math.abs(red) + Math.abs(green) + Math.abs(blue)) / 765;
}
