import { z } from 'zod';

export type Json = string | number | boolean | null | JsonArray | JsonObject;
export type JsonArray = readonly Json[];
export type JsonObject = { readonly [key: string]: Json };

/** Keys that would reach an object's prototype; refused wherever a person names keys. */
export const forbiddenKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Marks a field as personal, so that a codec between the log and the deciders can encrypt it per person. */
export const personal = <Schema extends z.ZodType>(schema: Schema): Schema => schema.meta({ personal: true });

/** NUL and lone surrogates are refused, for stores change them silently. */
const storable = (text: string): boolean => !text.includes('\u0000') && text.isWellFormed();

/** How many characters (code points, not UTF-16 units) a text has; what limits are counted in. */
export const charactersOf = (text: string): number => [...text].length;

/** Text of at most `longest` characters (code points, not UTF-16 units) that every store keeps as it is. */
export const text = (longest: number, shortest = 0) =>
  z
    .string()
    .min(shortest, shortest === 1 ? 'must not be empty' : `must have at least ${shortest} characters`)
    .max(longest, `must have at most ${longest.toLocaleString('en')} characters`)
    .refine(storable, 'must not contain NUL or half of a surrogate pair');

const longestMetadata = 65_536;
const deepestMetadata = 16;

const mostProblems = 50;

/** What is wrong with a metadata object or patch, as a path and a sentence each; none where it is fine. */
function* metadataProblems(
  value: unknown,
  path: readonly string[],
): Generator<{ path: readonly string[]; message: string }> {
  if (typeof value === 'string') {
    if (!storable(value)) yield { path, message: 'must not contain NUL or half of a surrogate pair' };
  } else if (typeof value === 'number') {
    if (!Number.isFinite(value)) yield { path, message: 'must be a finite number' };
  } else if (value === null || typeof value === 'boolean') return;
  else if (typeof value !== 'object') yield { path, message: 'must be JSON' };
  else if (path.length >= deepestMetadata)
    yield { path, message: `must be nested at most ${deepestMetadata} deep` };
  else
    for (const [key, inner] of Object.entries(value)) {
      const here = [...path, key];
      if (!Array.isArray(value) && forbiddenKeys.has(key))
        yield { path: here, message: `the key "${key}" is not allowed` };
      else if (!storable(key))
        yield { path: here, message: 'a key must not contain NUL or half of a surrogate pair' };
      else yield* metadataProblems(inner, here);
    }
}

/**
 * A person's own JSON object: at most 64 KB as UTF-8 JSON, 16 deep, no key that would reach a
 * prototype. Checked on the raw value, for zod's records drop `__proto__` silently.
 */
export const metadataObject = z
  .custom<JsonObject>((value) => typeof value === 'object' && value !== null && !Array.isArray(value), {
    message: 'must be a JSON object',
  })
  .superRefine((value, context) => {
    let found = 0;
    for (const { path, message } of metadataProblems(value, [])) {
      context.addIssue({ code: 'custom', path: [...path], message });
      found += 1;
      // A hostile body of 1 MiB has a hundred thousand, which would take half a second to tell.
      if (found === mostProblems) break;
    }
    if (found === 0 && new TextEncoder().encode(JSON.stringify(value)).length > longestMetadata)
      context.addIssue({ code: 'custom', message: 'must have at most 64 KB as JSON' });
  });
