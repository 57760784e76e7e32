import { type Canvas, createCanvas, type SKRSContext2D } from '@napi-rs/canvas';
import { createNoise, type Noise } from './noise.ts';
import { choosePalette, type Palette } from './palette.ts';
import { createRandom, hashText, type Random } from './random.ts';
import type { Scene } from './scene.ts';

/** What a motif paints on and with. Lengths are pixels; `unit` is a hundredth of the short side. */
export interface Easel {
  readonly canvas: Canvas;
  readonly context: SKRSContext2D;
  readonly width: number;
  readonly height: number;
  readonly unit: number;
  readonly scene: Scene;
  readonly palette: Palette;
  readonly random: Random;
  readonly noise: Noise;
  /** Where the sun or moon stands; light falls from there even when it isn't seen. */
  readonly sun: { readonly x: number; readonly y: number; readonly radius: number };
  /** Where sky and ground meet. */
  readonly horizon: number;
  /** The side the light comes from: -1 is the left. */
  readonly lightSide: -1 | 1;
}

export function createEasel(scene: Scene, width: number, height: number, seed: number): Easel {
  const random = createRandom(hashText(`${scene.character}/${seed}`));
  const place = random.branch('composition');
  const canvas = createCanvas(width, height);
  const unit = Math.min(width, height) / 100;
  const horizon = height * horizonOf(scene, place);
  const lightSide = place.chance(0.5) ? -1 : 1;
  // On the thirds, not in the middle; low when it rises or sets.
  const sunX = width * (0.5 + lightSide * place.between(0.12, 0.27));
  const low = scene.time === 'dawn' || scene.time === 'sunset' || scene.time === 'goldenHour';
  const sunY = low ? horizon - unit * place.between(5, 14) : height * place.between(0.14, 0.24);
  return {
    canvas,
    context: canvas.getContext('2d'),
    width,
    height,
    unit,
    scene,
    palette: choosePalette(scene, random),
    random,
    noise: createNoise(random.branch('noise')),
    sun: { x: sunX, y: Math.min(sunY, horizon - unit * 4), radius: unit * (low ? 4.6 : 3.6) },
    horizon,
    lightSide,
  };
}

function horizonOf(scene: Scene, place: Random): number {
  switch (scene.setting) {
    case 'nightSky':
      return place.between(0.8, 0.86);
    case 'city':
      return place.between(0.66, 0.74);
    case 'sea':
      return place.between(0.48, 0.6);
    case 'mountains':
      return place.between(0.6, 0.68);
    case 'forest':
    case 'garden':
      return place.between(0.58, 0.66);
    default:
      return place.between(0.5, 0.6);
  }
}
