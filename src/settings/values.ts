import { z } from 'zod';

/** Digits alone: what JavaScript takes for a number besides (a space, 0x10, 1e3) is a slip of the finger here. */
export const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^-?\d{1,15}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(least, `must be at least ${least}`).max(most, `must be at most ${most}`));

/** How many there may be; 0: any number. */
export const most = whole(0, 10_000_000);

/** Separated by commas. */
export const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

/** Of a server that we call. */
export const httpUrl = z
  .string()
  .refine(
    (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
    'must be a URL like http://127.0.0.1:8188',
  );

export const loopback: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);
