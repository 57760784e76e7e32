import type { Easel } from '../easel.ts';

/** Where a setting leaves room for things: how far down they stand and how large things are there. */
export interface Ground {
  /** The height of the ground at x where a subject stands. */
  footing(x: number): number;
  /** The size of an animal there; people, houses and boats are measured by it. */
  readonly size: number;
  /** The height at which boats float; null on dry land. */
  readonly waterline: number | null;
}

/** Paints a setting and says where subjects go; null where the setting is the subject. */
export type Motif = (easel: Easel) => Ground | null;
