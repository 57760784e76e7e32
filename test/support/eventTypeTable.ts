import { z } from 'zod';
import { catalogue, isKnownType } from '../../src/events/catalogue.ts';
import { failureCodes } from '../../src/events/failures.ts';
import { imageRequest } from '../../src/events/imageRequest.ts';
import { picture, queueOrder } from '../../src/events/job.ts';
import { person } from '../../src/events/metadata.ts';
import { isPublic } from '../../src/events/public.ts';

/** What of JSON Schema the events' schemas use. */
interface Shape {
  readonly type?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Shape[];
  readonly items?: Shape;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly multipleOf?: number;
  readonly maxLength?: number;
}

const shapeOf = (schema: z.ZodType): Shape => {
  const { $schema: _, ...shape } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return shape as Shape;
};

const keysOf = ({ properties = {} }: Shape): string => Object.keys(properties).join();

/** Shapes that several events share, told once. */
const named: ReadonlyMap<string, { readonly name: string; readonly shape: Shape }> = new Map(
  Object.entries({
    Person: person,
    QueueOrder: queueOrder,
    Picture: picture,
    ImageRequest: imageRequest,
  }).map(([name, schema]) => [keysOf(shapeOf(schema)), { name, shape: shapeOf(schema) }]),
);

const isFailureCode = (shape: Shape): boolean => shape.enum?.join() === failureCodes.join();

const describeText = ({ format, pattern = '', maxLength }: Shape): string => {
  if (format === 'uuid') return 'uuid';
  if (format === 'date-time') return 'time';
  if (pattern.includes('{20}')) return 'position';
  if (pattern.includes('{64}')) return 'image id';
  return maxLength === undefined ? 'text' : `text ≤ ${maxLength}`;
};

const describeNumber = ({ type, minimum, maximum, multipleOf }: Shape): string => {
  const kind = type === 'integer' ? 'integer' : 'number';
  const step = multipleOf === undefined ? '' : `, multiple of ${multipleOf}`;
  const isOpen = maximum === undefined || maximum === Number.MAX_SAFE_INTEGER;
  return isOpen ? `${kind} ≥ ${minimum}${step}` : `${kind} ${minimum}…${maximum}${step}`;
};

const describeFields = ({ properties = {}, required = [] }: Shape): string => {
  const fields = Object.entries(properties).map(
    ([name, shape]) => `${name}${required.includes(name) ? '' : '?'}: ${describe(shape)}`,
  );
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
};

const describe = (shape: Shape): string => {
  if (shape.anyOf !== undefined) return shape.anyOf.map(describe).join(' or ');
  if (isFailureCode(shape)) return 'FailureCode';
  if (shape.enum !== undefined) return shape.enum.map((value) => `'${value}'`).join(' or ');
  switch (shape.type) {
    case 'object':
      return named.get(keysOf(shape))?.name ?? describeFields(shape);
    case 'array':
      return `[${describe(shape.items ?? {})}]`;
    case 'string':
      return describeText(shape);
    case 'integer':
    case 'number':
      return describeNumber(shape);
    case undefined:
      return 'object';
    default:
      return shape.type;
  }
};

/** The table of docs/protocol.md: every public event type with its data, as the schemas have them. */
export const eventTypeTable = (): string => {
  const types = Object.keys(catalogue).filter((type) => isKnownType(type) && isPublic(type));
  const rows = types.flatMap((type) => {
    if (!isKnownType(type)) return [];
    const { version, data } = catalogue[type];
    return `| \`${type}\` | ${version} | \`${describe(shapeOf(data))}\` |`;
  });
  const shapes = [...named.values()].map(
    ({ name, shape }) => `| \`${name}\` | \`${describeFields(shape)}\` |`,
  );
  const codes = failureCodes.map((code) => `\`${code}\``).join(', ');
  return [
    '| type | schema | data |',
    '| --- | --- | --- |',
    ...rows,
    '',
    '| shape | fields |',
    '| --- | --- |',
    ...shapes,
    `| \`FailureCode\` | one of ${codes} ([what each means](errors.md#pictures)) |`,
  ].join('\n');
};
