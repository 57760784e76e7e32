import type { Json, JsonObject } from './json.ts';

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const mergeObjects = (target: JsonObject, patch: JsonObject): JsonObject => {
  // Maps and fromEntries define own properties: no key, not even `__proto__`, reads or sets a prototype.
  const merged = new Map(Object.entries(target));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), value));
  }
  return Object.fromEntries(merged);
};

/**
 * JSON Merge Patch (RFC 7396): objects merge key by key, `null` removes, anything else replaces. Neither
 * argument is changed. Patches on different keys commute, which is why concurrent writers lose nothing.
 */
export function mergePatch(target: Json | undefined, patch: JsonObject): JsonObject;
export function mergePatch(target: Json | undefined, patch: Json): Json;
export function mergePatch(target: Json | undefined, patch: Json): Json {
  return isObject(patch) ? mergeObjects(isObject(target) ? target : {}, patch) : patch;
}
