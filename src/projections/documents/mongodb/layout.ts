import type { Db, Collection as MongoCollection } from 'mongodb';
import { type AnyCollection, type DocumentWrite, textOf } from '../documentStore.ts';

/**
 * How a document lies in MongoDB: its body as one text, and beside it a field of its own for each
 * indexed field. Text, because what people wrote (metadata, keys with `.` or `$`, `__proto__`) is then
 * nothing that MongoDB could take for its own, because it comes back byte for byte as from SQLite, and
 * because a projection reads and replaces documents whole anyhow. A tombstone has neither body nor fields.
 */
export interface StoredDocument {
  readonly _id: string;
  readonly position: string;
  readonly body: string | null;
  /** Of the lease under which it was written. */
  readonly fence?: number;
}

export interface StoredCheckpoint {
  readonly _id: string;
  /** Both null or missing where a lease was taken and nothing was projected yet. */
  readonly logId?: string | null;
  readonly position?: string | null;
  readonly fence?: number;
}

export interface StoredRecord {
  readonly _id: string;
  /** JSON. */
  readonly value: string;
  readonly version: number;
  readonly expiresAt?: Date;
}

const safe = /^[A-Za-z0-9_]+$/;
const checked = (name: string): string => {
  if (!safe.test(name)) throw new Error(`"${name}" can not be the name of a collection or an indexed field`);
  return name;
};

export const fieldOf = (field: string): string => `field_${checked(field)}`;

export const collectionOf = (name: string): string => `documents_${checked(name)}`;

export const documentsOf = (database: Db, name: string): MongoCollection<StoredDocument> =>
  database.collection(collectionOf(name));
export const checkpointsOf = (database: Db): MongoCollection<StoredCheckpoint> =>
  database.collection('checkpoints');
export const recordsOf = (database: Db): MongoCollection<StoredRecord> => database.collection('records');

/**
 * A text, and nothing that MongoDB could take for an operator. BSON would change a lone surrogate
 * silently; nothing that was let in holds one.
 */
export const wellFormed = (text: unknown): string => {
  if (typeof text !== 'string') throw new TypeError(`a text was expected, not ${typeof text}`);
  if (!text.isWellFormed()) throw new TypeError('a text with a lone surrogate can not be kept in MongoDB');
  return text;
};

/** What an indexed field may be compared with; an object would be an operator. */
export const comparable = (value: unknown): string | number | boolean => {
  if (typeof value === 'string') return wellFormed(value);
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  throw new TypeError(`${typeof value} can not be compared in a query`);
};

const indexed = (value: unknown, isList: boolean): unknown => {
  if (!isList) return value === null || typeof value === 'object' ? undefined : value;
  const list = Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
  return list.length === 0 ? undefined : [...new Set(list)].map(wellFormed);
};

export const stored = (write: DocumentWrite, fence: number | undefined): StoredDocument => {
  const { collection, id, position, body } = write;
  const { indexes, lists = [] } = collection;
  const values = [...new Set(indexes.flat())].flatMap((field): [string, unknown][] => {
    const value = indexed(body?.[field], lists.includes(field));
    return value === undefined
      ? []
      : [[fieldOf(field), typeof value === 'string' ? wellFormed(value) : value]];
  });
  return {
    _id: wellFormed(id),
    position,
    body: body === null ? null : textOf(collection, body),
    ...(fence === undefined ? {} : { fence }),
    ...Object.fromEntries(values),
  };
};

export const indexName = (index: readonly string[]): string => index.join('_');

export interface Index {
  readonly name: string;
  readonly key: Record<string, 1>;
  readonly partialFilterExpression?: object;
  readonly expireAfterSeconds?: number;
}

/** An index holds only documents that have its first field: no tombstones, and none that it can't find. */
export const indexesOf = ({ indexes }: AnyCollection): readonly Index[] =>
  indexes.map((index) => ({
    name: indexName(index),
    key: Object.fromEntries(index.map((field) => [fieldOf(field), 1 as const])),
    partialFilterExpression: { [fieldOf(index[0] ?? '')]: { $exists: true } },
  }));
