import { z } from 'zod';
import { catalogue, type EventType, isKnownType } from '../../catalogue.ts';
import type { Json, JsonObject } from '../../json.ts';
import { isPartOfDarkroom } from '../../metadata.ts';
import type { NewEvent } from '../eventLog.ts';

/** A field of an event that a person can have erased. */
export interface PersonalField {
  /** From the event on: `data`, `author`, `name`. */
  readonly path: readonly string[];
  readonly person: string;
  readonly value: Json;
  /** What stands there once it is erased. */
  readonly erased: Json;
}

type Template = Pick<PersonalField, 'path' | 'erased'>;

/** What is read in place of what was erased: the first that the field's schema takes. */
const placeholders: readonly Json[] = ['', {}, 'erased'];

const placeholderOf = (schema: z.ZodType, path: readonly string[]): Json => {
  const placeholder = placeholders.find((candidate) => schema.safeParse(candidate).success);
  if (placeholder === undefined) throw new TypeError(`nothing can stand for an erased ${path.join('.')}`);
  return placeholder;
};

/** The fields that a schema marks as personal, by their paths. */
const templatesIn = (schema: z.ZodType, path: readonly string[]): Template[] => {
  if (schema.meta()?.personal === true) return [{ path, erased: placeholderOf(schema, path) }];
  if (schema instanceof z.ZodNullable) return templatesIn(schema.unwrap() as z.ZodType, path);
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape).flatMap(([key, inner]) =>
    templatesIn(inner as z.ZodType, [...path, key]),
  );
};

const templates = new Map<EventType, readonly Template[]>();

const templatesOf = (type: string): readonly Template[] => {
  if (!isKnownType(type)) return [];
  const known = templates.get(type);
  if (known !== undefined) return known;
  const found = templatesIn(catalogue[type].data, ['data']);
  templates.set(type, found);
  return found;
};

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const idIn = (value: Json | undefined): string | undefined =>
  isObject(value) && typeof value.id === 'string' ? value.id : undefined;

const valueAt = (root: JsonObject, path: readonly string[]): Json | undefined =>
  path.reduce<Json | undefined>((value, key) => (isObject(value) ? value[key] : undefined), root);

/**
 * Whose it is: what is said about who did it is theirs; a name is its bearer's; all else is of the person whom
 * the event names as its author, as the owner of its job, or as the author of the message that it changes the
 * text of, whoever did: it says what they had said, or nearly; where it names none, it is of who did it.
 */
const ownerOf = ({ data, metadata }: NewEvent, root: JsonObject, path: readonly string[]): string => {
  const { actor, subject } = metadata;
  if (path[0] === 'metadata') return actor.id;
  const bearer = path.at(-1) === 'name' ? idIn(valueAt(root, path.slice(0, -1))) : undefined;
  if (bearer !== undefined) return bearer;
  return idIn(data.author) ?? idIn(data.owner) ?? subject.authorId ?? actor.id;
};

/** What is said about a person who did something; `person` and `origin` of metadata.ts mark it as personal. */
const ofActor: readonly Template[] = [
  { path: ['metadata', 'actor', 'name'], erased: 'erased' },
  { path: ['metadata', 'origin', 'address'], erased: '' },
];

/** What of an event is personal, and whose. What says no more than its placeholder is left out. */
export const personalFieldsOf = (event: NewEvent): readonly PersonalField[] => {
  const { type, data, metadata } = event;
  const ofData = templatesOf(type);
  const isByPerson = !isPartOfDarkroom(metadata.actor.id);
  if (ofData.length === 0 && !isByPerson) return [];
  const root = { data, metadata: { ...metadata } };
  return (isByPerson ? [...ofData, ...ofActor] : ofData).flatMap(({ path, erased }): PersonalField[] => {
    const value = valueAt(root, path);
    if (value === undefined || value === null || JSON.stringify(value) === JSON.stringify(erased)) return [];
    return [{ path, person: ownerOf(event, root, path), value, erased }];
  });
};
