import {
  type AnyBulkWriteOperation,
  type Collection,
  type Db,
  MongoBulkWriteError,
  MongoServerError,
} from 'mongodb';
import type { LogId, Position } from '../../../events/ids.ts';
import { type Checkpoint, type DocumentWrite, type Lease, LeaseLost } from '../documentStore.ts';
import { isDuplicateId, isMissingCollection } from './errors.ts';
import { checkpointsOf, documentsOf, type StoredDocument, stored } from './layout.ts';

/*
 * A guarded write replaces the document of an id where that is older, and makes it where there is none.
 * MongoDB reads "where there is none that is older", so where a newer one is there it tries to make a
 * second of the same id and answers E11000. That is success, but for one case: of two that make the same
 * new document at once the newer may be refused. So what was refused is tried once more: by then the
 * document is there, and E11000 means that it is newer (or of a higher fence).
 *
 *   older there ──▶ replaced      none ──▶ made      newer there ──▶ E11000, twice ──▶ left as it is
 *
 * A crash or a broken line anywhere leaves some documents newer than the checkpoint, which is written
 * last; the same batch again, or a fold from the checkpoint, makes them all so.
 */

type Operation = AnyBulkWriteOperation<StoredDocument>;

/** Missing is lower than any. */
const notAbove = (fence: number) => ({ $not: { $gt: fence } });

const operationOf = (write: DocumentWrite, fence: number | undefined): Operation => {
  const { _id, ...replacement } = stored(write, fence);
  const filter = {
    _id: { $eq: _id },
    position: { $lt: write.position },
    ...(fence === undefined ? {} : { fence: notAbove(fence) }),
  };
  return { replaceOne: { filter, replacement, upsert: true } };
};

/** So that a slow server answers a command long before the line counts as dead. */
const mostInACommand = 500;

/** Runs them all; gives back those that were refused by E11000 on `_id`. Any other error is thrown. */
const run = async (
  collection: Collection<StoredDocument>,
  operations: readonly Operation[],
): Promise<readonly Operation[]> => {
  try {
    await collection.bulkWrite([...operations], { ordered: false });
    return [];
  } catch (cause) {
    if (!(cause instanceof MongoBulkWriteError)) throw cause;
    const refused = [cause.writeErrors].flat();
    // No list of errors: the line broke in the middle. What no majority confirmed is no success either.
    if (refused.length === 0 || cause.result.getWriteConcernError() !== undefined) throw cause;
    if (!refused.every(({ code, errmsg }) => isDuplicateId(code, errmsg))) throw cause;
    return refused.flatMap(({ index }) => operations[index] ?? []);
  }
};

const fenceOf = (leases: readonly Lease[], name: string): number | undefined =>
  leases.find((lease) => lease.name === name)?.fence;

/** Each document where it is newer than what is there; the collections beside each other. */
export const writeDocuments = async (
  database: Db,
  writes: readonly DocumentWrite[],
  leases: readonly Lease[],
): Promise<void> => {
  const operations = new Map<string, Operation[]>();
  for (const write of writes) {
    const { name } = write.collection;
    const of = operations.get(name) ?? [];
    of.push(operationOf(write, fenceOf(leases, name)));
    operations.set(name, of);
  }
  await Promise.all(
    [...operations].map(async ([name, all]) => {
      const collection = documentsOf(database, name);
      for (let begin = 0; begin < all.length; begin += mostInACommand) {
        const refused = await run(collection, all.slice(begin, begin + mostInACommand));
        if (refused.length > 0) await run(collection, refused);
      }
    }),
  );
};

/** An upsert under a guard: false where what is there refuses it. */
const guarded = async (upsert: () => Promise<unknown>): Promise<boolean> => {
  for (let attempt = 1; attempt <= 2; attempt += 1)
    try {
      await upsert();
      return true;
    } catch (cause) {
      if (!(cause instanceof MongoServerError && isDuplicateId(cause.code, cause.message))) throw cause;
    }
  return false;
};

const currentFence = async (database: Db, name: string): Promise<number> =>
  (await checkpointsOf(database).findOne({ _id: { $eq: name } }))?.fence ?? 0;

/** Forwards only, and never to another log. @throws LeaseLost */
export const moveCheckpoint = async (
  database: Db,
  { name, logId, position }: Checkpoint,
  leases: readonly Lease[],
): Promise<void> => {
  const fence = fenceOf(leases, name);
  const filter = {
    _id: { $eq: name },
    logId: { $in: [logId, null] },
    position: { $not: { $gte: position } },
    ...(fence === undefined ? {} : { fence: notAbove(fence) }),
  };
  const change = { $set: { logId, position, ...(fence === undefined ? {} : { fence }) } };
  const moved = await guarded(() => checkpointsOf(database).updateOne(filter, change, { upsert: true }));
  if (!moved && fence !== undefined && (await currentFence(database, name)) > fence)
    throw new LeaseLost(name);
};

/** From here on every lower fence is refused. @throws LeaseLost where a higher one is there */
export const takeOver = async (database: Db, { name, fence }: Lease): Promise<Checkpoint | null> => {
  const taken = await guarded(() =>
    checkpointsOf(database).updateOne(
      { _id: { $eq: name }, fence: notAbove(fence) },
      { $set: { fence } },
      { upsert: true },
    ),
  );
  if (!taken) throw new LeaseLost(name);
  return readCheckpoint(database, name);
};

export const readCheckpoints = async (database: Db): Promise<Checkpoint[]> => {
  const found = await checkpointsOf(database).find().sort({ _id: 1 }).toArray();
  return found.flatMap(({ _id, logId, position }) =>
    typeof logId === 'string' && typeof position === 'string'
      ? [{ name: _id, logId: logId as LogId, position: position as Position }]
      : [],
  );
};

/** The documents first: who is interrupted still sees by the checkpoint that there is something to drop. */
export const dropCollection = async (database: Db, name: string): Promise<void> => {
  try {
    await documentsOf(database, name).drop();
  } catch (cause) {
    // Whoever began to drop it died in between, or nothing was ever written; newer servers say nothing of it.
    if (!isMissingCollection(cause)) throw cause;
  }
  await checkpointsOf(database).deleteOne({ _id: { $eq: name } });
};

export const readCheckpoint = async (database: Db, name: string, within = {}): Promise<Checkpoint | null> => {
  const found = await checkpointsOf(database).findOne({ _id: { $eq: name } }, within);
  if (typeof found?.logId !== 'string' || typeof found.position !== 'string') return null;
  return { name, logId: found.logId as LogId, position: found.position as Position };
};
