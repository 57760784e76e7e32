import { type Db, MongoServerError } from 'mongodb';
import type { Json } from '../../../events/json.ts';
import type { DocumentStore, OperationalRecord } from '../documentStore.ts';
import { isDuplicateId } from './errors.ts';
import { recordsOf, wellFormed } from './layout.ts';

/** A kind is a word of ours, so no two pairs are the same text. */
const recordId = (kind: string, id: string): string => `${kind} ${wellFormed(id)}`;

/** MongoDB removes what is over within a minute or so; until then it must not be seen. */
const stillKept = () => ({ $not: { $lte: new Date() } });

export const readRecord = async (
  database: Db,
  kind: string,
  id: string,
): Promise<OperationalRecord | null> => {
  const found = await recordsOf(database).findOne({
    _id: { $eq: recordId(kind, id) },
    expiresAt: stillKept(),
  });
  return found === null ? null : { value: JSON.parse(found.value), version: found.version };
};

/** Where there is none, or one whose time is over: a living one of that id answers E11000. */
const makeRecord = async (
  database: Db,
  _id: string,
  replacement: { readonly value: string; readonly version: number },
): Promise<boolean> => {
  try {
    await recordsOf(database).replaceOne(
      { _id: { $eq: _id }, expiresAt: { $lte: new Date() } },
      replacement,
      { upsert: true },
    );
    return true;
  } catch (cause) {
    if (cause instanceof MongoServerError && isDuplicateId(cause.code, cause.message)) return false;
    throw cause;
  }
};

export const writeRecord = async (
  database: Db,
  ...[kind, id, expected, value, expiresAt]: Parameters<DocumentStore['writeRecord']>
): Promise<boolean> => {
  const _id = recordId(kind, id);
  const current = { _id: { $eq: _id }, version: expected ?? 0, expiresAt: stillKept() };
  if (value === null) {
    if (expected === null) return (await readRecord(database, kind, id)) === null;
    return (await recordsOf(database).deleteOne(current)).deletedCount === 1;
  }
  const replacement = {
    value: JSON.stringify(value satisfies Json),
    version: (expected ?? 0) + 1,
    ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt) }),
  };
  if (expected === null) return makeRecord(database, _id, replacement);
  return (await recordsOf(database).replaceOne(current, replacement)).matchedCount === 1;
};

export const forgetRecords = async (database: Db, kind: string): Promise<void> => {
  // Of ids that begin with the kind and a space; `!` is what follows on a space.
  await recordsOf(database).deleteMany({ _id: { $gte: `${kind} `, $lt: `${kind}!` } });
};
