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

/** Text of at most `longest` UTF-16 units that every store keeps as it is. */
export const text = (longest: number, shortest = 0) =>
  z
    .string()
    .min(shortest, shortest === 1 ? 'must not be empty' : `must have at least ${shortest} characters`)
    .max(longest, `must have at most ${longest.toLocaleString('en')} characters`)
    .refine(storable, 'must not contain NUL or half of a surrogate pair');

const longestMetadata = 65_536;
const deepestMetadata = 16;

/** What is wrong with a metadata object or patch, as a path and a sentence each; none where it is fine. */
const metadataProblems = (
  value: unknown,
  path: readonly string[],
): { path: readonly string[]; message: string }[] => {
  if (typeof value === 'string')
    return storable(value) ? [] : [{ path, message: 'must not contain NUL or half of a surrogate pair' }];
  if (typeof value === 'number')
    return Number.isFinite(value) ? [] : [{ path, message: 'must be a finite number' }];
  if (value === null || typeof value === 'boolean') return [];
  if (typeof value !== 'object') return [{ path, message: 'must be JSON' }];
  if (path.length >= deepestMetadata)
    return [{ path, message: `must be nested at most ${deepestMetadata} deep` }];
  return Object.entries(value).flatMap(([key, inner]) => {
    const here = [...path, key];
    if (!Array.isArray(value) && forbiddenKeys.has(key))
      return [{ path: here, message: `the key "${key}" is not allowed` }];
    if (!storable(key))
      return [{ path: here, message: 'a key must not contain NUL or half of a surrogate pair' }];
    return metadataProblems(inner, here);
  });
};

/**
 * A person's own JSON object: at most 64 KB as UTF-8 JSON, 16 deep, no key that would reach a
 * prototype. Checked on the raw value, for zod's records drop `__proto__` silently.
 */
export const metadataObject = z
  .custom<JsonObject>((value) => typeof value === 'object' && value !== null && !Array.isArray(value), {
    message: 'must be a JSON object',
  })
  .superRefine((value, context) => {
    const problems = metadataProblems(value, []);
    for (const { path, message } of problems) context.addIssue({ code: 'custom', path: [...path], message });
    if (problems.length === 0 && new TextEncoder().encode(JSON.stringify(value)).length > longestMetadata)
      context.addIssue({ code: 'custom', message: 'must have at most 64 KB as JSON' });
  });
