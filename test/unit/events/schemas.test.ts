import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { catalogue, type EventType } from '../../../src/events/catalogue.ts';
import type { Json, JsonObject } from '../../../src/events/json.ts';
import { anyDataOf } from '../../support/anyFact.ts';

const types = Object.keys(catalogue) as EventType[];

/** Some data of each type. */
const samplesOf = (type: EventType): JsonObject[] =>
  fc.sample<object>(anyDataOf[type], { numRuns: 30, seed: 1 }).map((data) => ({ ...data }));

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value with one inner value changed, for each and for each change. Metadata is a person's own: not entered. */
function* changes(value: Json, change: (inner: Json) => Json[], key = ''): Generator<Json> {
  if (key === 'metadata' || key === 'patch') return;
  yield* change(value);
  if (Array.isArray(value))
    for (const [index, inner] of value.entries())
      for (const changed of changes(inner, change)) yield value.with(index, changed);
  else if (isObject(value))
    for (const [name, inner] of Object.entries(value))
      for (const changed of changes(inner, change, name)) yield { ...value, [name]: changed };
}

type JsonSchema = z.core.JSONSchema._JSONSchema;

/** The innermost fields of a schema by name, and whether each is marked as personal. */
const fieldsOf = (schema: JsonSchema, name = ''): [string, boolean][] => {
  if (typeof schema === 'boolean' || schema.type === 'null') return [];
  const { personal, properties, anyOf = [], items = [] } = schema;
  if (personal === true) return [[name, true]];
  if (properties !== undefined)
    return Object.entries(properties).flatMap(([key, inner]) => fieldsOf(inner, key));
  const inner = [...anyOf, ...(Array.isArray(items) ? items : [items])];
  return inner.length === 0 ? [[name, false]] : inner.flatMap((each) => fieldsOf(each, name));
};

describe.each(types)('%s', (type) => {
  const { data: schema } = catalogue[type];
  const refusesAll = (change: (inner: Json) => Json[]): void => {
    for (const sample of samplesOf(type)) {
      expect(schema.safeParse(sample).error?.issues ?? []).toEqual([]);
      for (const changed of changes(sample, change))
        if (schema.safeParse(changed).success) expect(changed).toBe('refused');
    }
  };

  it('takes no NUL and no half of a surrogate pair in any of its texts', () =>
    refusesAll((inner) => (typeof inner === 'string' ? [`${inner}\u0000`, `${inner}\ud800`] : [])));

  it('takes no text without end', () =>
    refusesAll((inner) => (typeof inner === 'string' ? [`${inner}${'a'.repeat(16_001)}`] : [])));

  it('takes no list without end', () =>
    refusesAll((inner) => (Array.isArray(inner) && inner.length > 0 ? [Array(101).fill(inner[0])] : [])));

  it('takes no field that it does not know', () =>
    refusesAll((inner) => (isObject(inner) ? [{ ...inner, surprise: 1 }] : [])));

  it('leaves no field out', () =>
    refusesAll((inner) => {
      if (!isObject(inner)) return [];
      const entries = Object.entries(inner);
      return entries.map(([left]) => Object.fromEntries(entries.filter(([key]) => key !== left)));
    }));

  it('marks all that a person wrote, and what they are called, as personal', () => {
    const personal = new Set(['text', 'prompt', 'negativePrompt', 'title', 'name', 'metadata', 'patch']);
    const described = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
    for (const [name, marked] of fieldsOf(described))
      expect([name, marked]).toEqual([name, personal.has(name)]);
  });
});
