import type { Colour } from '../colour.ts';
import type { Easel } from '../easel.ts';
import { type Point, softShape } from '../paint.ts';

/** What sets one sitting animal apart from another. */
export interface AnimalBuild {
  readonly coat: Colour;
  readonly pale: Colour;
  /** Legs and the backs of the ears. */
  readonly dark: Colour;
  readonly snout: number;
  readonly ears: 'tall' | 'short' | 'hanging';
  readonly tail: 'bushy' | 'thin' | 'short';
  readonly stout: number;
}

export const shaded = (tone: Colour): Colour => ({ l: tone.l * 0.66, a: tone.a * 0.9, b: tone.b * 0.8 });

export function fillShape({ context }: Easel, tone: string, points: readonly Point[]): void {
  context.fillStyle = tone;
  softShape(context, points);
  context.fill();
}
