import { type Canvas, createCanvas } from '@napi-rs/canvas';
import type { Random } from './random.ts';

/** Light that spills over from bright places into their surroundings, as in an eye or a lens. */
export function bloom(canvas: Canvas, strength: number): void {
  const scale = Math.min(1, 320 / Math.max(canvas.width, canvas.height));
  const width = Math.max(1, Math.round(canvas.width * scale));
  const height = Math.max(1, Math.round(canvas.height * scale));
  const bright = createCanvas(width, height);
  const brightContext = bright.getContext('2d');
  brightContext.drawImage(canvas, 0, 0, width, height);
  // Squared twice, so that only what is truly bright is left.
  brightContext.globalCompositeOperation = 'multiply';
  brightContext.drawImage(bright, 0, 0);
  brightContext.drawImage(bright, 0, 0);
  const soft = createCanvas(width, height);
  const softContext = soft.getContext('2d');
  softContext.filter = `blur(${Math.max(1, Math.min(width, height) * 0.03)}px)`;
  softContext.drawImage(bright, 0, 0);
  const context = canvas.getContext('2d');
  context.save();
  context.globalCompositeOperation = 'screen';
  context.globalAlpha = strength;
  context.imageSmoothingQuality = 'high';
  context.drawImage(soft, 0, 0, canvas.width, canvas.height);
  context.restore();
}

/** Corners a little darker, so that the eye stays inside. */
export function vignette(canvas: Canvas, strength: number): void {
  const context = canvas.getContext('2d');
  const { width, height } = canvas;
  context.save();
  context.globalCompositeOperation = 'multiply';
  context.translate(width / 2, height / 2);
  context.scale(width / 2, height / 2);
  const gradient = context.createRadialGradient(0, 0, 0.55, 0, 0, 1.48);
  gradient.addColorStop(0, 'rgba(255,255,255,1)');
  const dark = Math.round(255 * (1 - strength));
  gradient.addColorStop(
    1,
    `rgb(${dark},${Math.round(dark * 0.97)},${Math.min(255, Math.round(dark * 1.06))})`,
  );
  context.fillStyle = gradient;
  context.fillRect(-1, -1, 2, 2);
  context.restore();
}

/**
 * The relief of the paint and the grain of the paper: each point is a little lighter or darker for the
 * slope of the brush tracks around it, as if a lamp stood to the upper left, plus a fine grain. The last
 * grading of tone and colour rides along, since every point is in hand anyway.
 */
export function relief(canvas: Canvas, depth: number, grain: number, random: Random): void {
  const { width, height } = canvas;
  const context = canvas.getContext('2d');
  const image = context.getImageData(0, 0, width, height);
  const { data } = image;
  const above = new Int16Array(width);
  const curve = contrastCurve(0.16);
  let state = random.integer(1, 0x7fffffff);
  for (let row = 0, at = 0; row < height; row++) {
    let before = 0;
    for (let column = 0; column < width; column++, at += 4) {
      const tone = ((data[at] ?? 0) * 77 + (data[at + 1] ?? 0) * 151 + (data[at + 2] ?? 0) * 28) >> 8;
      const upper = row === 0 ? tone : (above[column] ?? 0);
      const slope = tone - (upper + (column === 0 ? tone : before)) / 2;
      // Xorshift: the general source of numbers would cost as much as all the rest of this loop.
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      const change = (slope > 14 ? 14 : Math.max(slope, -14)) * depth + ((state & 255) - 127.5) * grain;
      // Every channel goes away from the tone (more colour), and the tone along a gentle S (more contrast).
      const graded = (curve[tone] ?? tone) + change;
      data[at] = graded + ((data[at] ?? 0) - tone) * colourfulness;
      data[at + 1] = graded + ((data[at + 1] ?? 0) - tone) * colourfulness;
      data[at + 2] = graded + ((data[at + 2] ?? 0) - tone) * colourfulness;
      above[column] = tone;
      before = tone;
    }
  }
  context.putImageData(image, 0, 0);
}

const colourfulness = 1.14;

/** For each tone of 0–255 the tone it becomes: darks a little darker, lights a little lighter. */
function contrastCurve(strength: number): Float32Array {
  const curve = new Float32Array(256);
  for (let tone = 0; tone < 256; tone++) {
    const t = tone / 255;
    curve[tone] = 255 * (t + (t * t * (3 - 2 * t) - t) * strength * 2.2);
  }
  return curve;
}
