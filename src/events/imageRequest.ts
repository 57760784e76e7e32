import { z } from 'zod';
import { personal, text } from './json.ts';

export const prompt = personal(text(4_000, 1));

/** Pixels a side. */
export const side = z
  .int('must be a whole number')
  .min(64, 'must be at least 64')
  .max(1536, 'must be at most 1536')
  .multipleOf(8, 'must be a multiple of 8');
export const steps = z
  .int('must be a whole number')
  .min(1, 'must be at least 1')
  .max(150, 'must be at most 150');
export const seed = z
  .int('must be a whole number')
  .min(0, 'must be at least 0')
  .max(4_294_967_295, 'must be at most 4294967295');
export const count = z.int('must be a whole number').min(1, 'must be at least 1').max(8, 'must be at most 8');
export const priority = z
  .int('must be a whole number')
  .min(-10, 'must be at least -10')
  .max(10, 'must be at most 10');

/** A picture asked for, with everything that the person left open decided: so drawing it again is the same. */
export const imageRequest = z.strictObject({
  prompt,
  negativePrompt: personal(text(4_000)).nullable(),
  width: side,
  height: side,
  steps,
  seed,
  count,
  model: text(200, 1).nullable(),
  /** Limit of one attempt in milliseconds; null: the server's own. */
  timeoutMs: z.int().min(1_000).nullable(),
});
export type ImageRequest = z.infer<typeof imageRequest>;
