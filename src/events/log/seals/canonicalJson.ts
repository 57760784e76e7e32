import type { Json, JsonObject } from '../../json.ts';

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * JSON in the one form that RFC 8785 gives each value: no space, keys in the order of their UTF-16 code
 * units, numbers and texts as ECMAScript prints them. Equal values are equal text, whoever wrote them.
 */
export const canonicalJson = (value: Json): string => {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  let text = '';
  if (isObject(value)) {
    for (const key of Object.keys(value).sort()) {
      const inner = value[key];
      if (inner !== undefined)
        text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(inner)}`;
    }
    return `{${text}}`;
  }
  for (const [index, inner] of value.entries()) text += `${index === 0 ? '' : ','}${canonicalJson(inner)}`;
  return `[${text}]`;
};
