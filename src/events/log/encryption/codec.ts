import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto';
import type { Json, JsonObject } from '../../json.ts';
import type { EventMetadata, PersonalBox } from '../../metadata.ts';
import type { NewEvent, RecordedEvent } from '../eventLog.ts';
import type { KeyRing } from './keyRing.ts';
import { type PersonalField, personalFieldsOf } from './personalFields.ts';

/*
 * In the log the personal fields of an event hold placeholders, and its metadata a box a person with what
 * stood there: `{ "data.text": "…", … }` as JSON under AES-256-GCM, one cipher for all fields, for the cost
 * is by the cipher and not by the byte. The event's id and type, the person and the generation of the key are
 * authenticated with it, so that no box can be put into another event or be passed off as somebody else's.
 * Once the key is gone the event is what its placeholders say, and as valid as before.
 */

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

type Bound = Pick<NewEvent, 'id' | 'type'>;
type Owned = Pick<PersonalBox, 'person' | 'generation'>;

/** What is authenticated and not encrypted. The person comes last, for anything may stand in an id. */
const boundTo = ({ id, type }: Bound, { person, generation }: Owned): Buffer =>
  Buffer.from(`${id} ${type} ${generation} ${person}`);

const close = (event: Bound, owned: Owned, key: KeyObject, text: string): PersonalBox => {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key, nonce).setAAD(boundTo(event, owned));
  const encrypted = [cipher.update(text, 'utf8'), cipher.final()];
  const box = Buffer.concat([nonce, cipher.getAuthTag(), ...encrypted]).toString('base64');
  return { ...owned, box };
};

/** A box that its key doesn't open: it was changed, or put into another event. */
export class BoxDamaged extends Error {
  readonly code = 'box_damaged';
  constructor({ id, type }: Bound, options: ErrorOptions) {
    super(`the personal data of event ${id} (${type}) was changed: its key does not open it`, options);
    this.name = 'BoxDamaged';
  }
}

const open = (event: Bound, { box, ...owned }: PersonalBox, key: KeyObject): JsonObject => {
  try {
    const bytes = Buffer.from(box, 'base64');
    const begin = nonceBytes + tagBytes;
    const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceBytes))
      .setAAD(boundTo(event, owned))
      .setAuthTag(bytes.subarray(nonceBytes, begin));
    const decrypted = [decipher.update(bytes.subarray(begin)), decipher.final()];
    return JSON.parse(Buffer.concat(decrypted).toString());
  } catch (cause) {
    throw new BoxDamaged(event, { cause });
  }
};

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The object with another value at the path; keys keep their order. */
const withValue = (object: JsonObject, [key, ...rest]: readonly string[], value: Json): JsonObject => {
  if (key === undefined) return object;
  const inner = object[key];
  if (rest.length === 0) return { ...object, [key]: value };
  return isObject(inner) ? { ...object, [key]: withValue(inner, rest, value) } : object;
};

interface Replacement {
  readonly path: readonly string[];
  readonly value: Json;
}

const replaceAll = <Of extends NewEvent>(event: Of, replacements: readonly Replacement[]): Of => {
  const root: JsonObject = { data: event.data, metadata: { ...event.metadata } };
  const replaced = replacements.reduce((object, { path, value }) => withValue(object, path, value), root);
  return { ...event, data: replaced.data as JsonObject, metadata: replaced.metadata as EventMetadata };
};

const byPerson = (fields: readonly PersonalField[]): ReadonlyMap<string, PersonalField[]> => {
  const people = new Map<string, PersonalField[]>();
  for (const field of fields) people.set(field.person, [...(people.get(field.person) ?? []), field]);
  return people;
};

const textOf = (fields: readonly PersonalField[]): string =>
  JSON.stringify(Object.fromEntries(fields.map(({ path, value }) => [path.join('.'), value])));

/** The event as the log keeps it. */
export const encrypt = async (event: NewEvent, keys: KeyRing): Promise<NewEvent> => {
  const fields = personalFieldsOf(event);
  if (fields.length === 0) return event;
  const personal: PersonalBox[] = [];
  for (const [person, owned] of byPerson(fields)) {
    const { generation, key } = await keys.forSealing(person);
    personal.push(close(event, { person, generation }, key, textOf(owned)));
  }
  const placeholders = fields.map(({ path, erased }) => ({ path, value: erased }));
  const { metadata, ...rest } = replaceAll(event, placeholders);
  return { ...rest, metadata: { ...metadata, personal } };
};

/** The event as it was written, but for what was erased. @throws KeyMissing, BoxDamaged */
export const decrypt = async (event: RecordedEvent, keys: KeyRing): Promise<RecordedEvent> => {
  const { personal, ...metadata } = event.metadata;
  if (personal === undefined) return event;
  const replacements: Replacement[] = [];
  for (const box of personal) {
    const { person, generation } = box;
    const held = keys.held(person, generation);
    const key = held === undefined ? await keys.forOpening(person, generation) : held;
    if (key === null) continue;
    for (const [path, value] of Object.entries(open(event, box, key)))
      replacements.push({ path: path.split('.'), value });
  }
  return replaceAll({ ...event, metadata }, replacements);
};
