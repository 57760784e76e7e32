import { z } from 'zod';

/** JSON Schema 2020-12, as OpenAPI 3.1 and AsyncAPI 3 take it. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

interface Overridden {
  readonly zodSchema: z.core.$ZodType;
  readonly jsonSchema: z.core.JSONSchema.BaseSchema;
}

/** What is known to zod and not told by it, and what it tells that nobody needs. */
const adapt = ({ zodSchema, jsonSchema }: Overridden): void => {
  const { def } = zodSchema._zod;
  if (def.type === 'default') jsonSchema.default = (def as z.core.$ZodDefaultDef).defaultValue;
  // The one thing that is checked by our own code is a person's JSON object.
  if (def.type === 'custom') jsonSchema.type = 'object';
  delete jsonSchema.personal;
  // The format says it already, and shorter.
  if (jsonSchema.format === 'uuid' || jsonSchema.format === 'date-time') delete jsonSchema.pattern;
  // A number in an address comes as text: `meta` names what it is.
  if (jsonSchema.type === 'integer') delete jsonSchema.pattern;
  // What a number can hold at all is no limit, nor is a length of nothing.
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minLength === 0) delete jsonSchema.minLength;
};

/**
 * What comes out may be less than what is let in: who has left a conversation is told of their job there
 * without words and pictures.
 */
const withoutLeast = (overridden: Overridden): void => {
  adapt(overridden);
  delete overridden.jsonSchema.minLength;
  delete overridden.jsonSchema.minItems;
};

export const componentAt = (name: string): string => `#/components/schemas/${name}`;

const common = { io: 'input', unrepresentable: 'any' } as const;

const bare = ({ $schema, $id, ...schema }: JsonSchema): JsonSchema => schema;

/** One schema by itself, as it comes in. */
export const jsonSchemaOf = (schema: z.ZodType): JsonSchema =>
  bare(z.toJSONSchema(schema, { ...common, override: adapt }));

/** Schemas by their names, each of which is referred to by the others that hold it. */
export const componentsOf = (
  named: Readonly<Record<string, z.ZodType>>,
  direction: 'in' | 'out',
): Readonly<Record<string, JsonSchema>> => {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });
  const override = direction === 'in' ? adapt : withoutLeast;
  const { schemas } = z.toJSONSchema(registry, { ...common, override, uri: componentAt });
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, bare({ ...schema })]));
};
