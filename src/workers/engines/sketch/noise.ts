import type { Random } from './random.ts';

/** A smooth field over the plane, about -1 to 1: what ridges, clouds, waves and brush strokes are shaped by. */
export interface Noise {
  at(x: number, y: number): number;
  /** Octaves added up, each twice as fine and half as strong: clouds, fields, bark. */
  fractal(x: number, y: number, octaves: number): number;
  /** Sharp crests where the field crosses zero, 0 to 1: rock and mountain ridges. */
  ridged(x: number, y: number, octaves: number): number;
}

/** Gradient noise after Perlin, with eight directions; about 15 ns a sample here. */
export function createNoise(random: Random): Noise {
  const table = shuffledTable(random);
  const corner = (hash: number, x: number, y: number): number => {
    const u = hash & 4 ? y : x;
    const v = hash & 4 ? x : y;
    return (hash & 1 ? -u : u) + (hash & 2 ? -v : v) * 0.5;
  };
  const at = (x: number, y: number): number => {
    const left = Math.floor(x);
    const top = Math.floor(y);
    const dx = x - left;
    const dy = y - top;
    const u = dx * dx * dx * (dx * (dx * 6 - 15) + 10);
    const v = dy * dy * dy * (dy * (dy * 6 - 15) + 10);
    const a = (table[left & 255] ?? 0) + (top & 255);
    const b = (table[(left + 1) & 255] ?? 0) + (top & 255);
    const upper = corner(table[a] ?? 0, dx, dy) * (1 - u) + corner(table[b] ?? 0, dx - 1, dy) * u;
    const lower =
      corner(table[a + 1] ?? 0, dx, dy - 1) * (1 - u) + corner(table[b + 1] ?? 0, dx - 1, dy - 1) * u;
    return (upper * (1 - v) + lower * v) * 1.2;
  };
  const fractal = (x: number, y: number, octaves: number): number => {
    let sum = 0;
    let strength = 0.55;
    let scale = 1;
    for (let octave = 0; octave < octaves; octave++) {
      sum += at(x * scale + octave * 17.3, y * scale - octave * 9.7) * strength;
      strength *= 0.5;
      scale *= 2.03;
    }
    return sum;
  };
  const ridged = (x: number, y: number, octaves: number): number => {
    let sum = 0;
    let strength = 0.55;
    let scale = 1;
    let before = 1;
    for (let octave = 0; octave < octaves; octave++) {
      const crest = 1 - Math.abs(at(x * scale + octave * 31.1, y * scale + octave * 5.9));
      const sharp = crest * crest * before;
      sum += sharp * strength;
      before = sharp;
      strength *= 0.5;
      scale *= 2.07;
    }
    return sum;
  };
  return { at, fractal, ridged };
}

/** Twice 256 and one, so that a corner's lookup never needs to wrap. */
function shuffledTable(random: Random): Uint8Array {
  const table = new Uint8Array(513);
  for (let index = 0; index < 256; index++) table[index] = index;
  for (let index = 255; index > 0; index--) {
    const other = random.integer(0, index);
    const kept = table[index] ?? 0;
    table[index] = table[other] ?? 0;
    table[other] = kept;
  }
  table.copyWithin(256, 0, 256);
  table[512] = table[0] ?? 0;
  return table;
}

/** 0 below `low`, 1 above `high`, a soft step between. */
export function smoothStep(low: number, high: number, value: number): number {
  const t = Math.min(1, Math.max(0, (value - low) / (high - low)));
  return t * t * (3 - 2 * t);
}

export const clamp = (value: number, low: number, high: number): number =>
  value < low ? low : Math.min(value, high);
