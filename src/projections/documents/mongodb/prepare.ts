import { type Db, type IndexDescriptionInfo, MongoServerError } from 'mongodb';
import { type AnyCollection, DocumentStoreUnopenable } from '../documentStore.ts';
import { serverCode } from './errors.ts';
import { collectionOf, type Index, indexesOf } from './layout.ts';

/** Order counts: of the keys of an index, and of the text. */
const sameKeys = (one: object, other: object): boolean => JSON.stringify(one) === JSON.stringify(other);

const conflict = (collection: string, name: string): DocumentStoreUnopenable =>
  new DocumentStoreUnopenable(
    `The index ${name} of the collection ${collection} has other keys than this release needs; drop it (db.${collection}.dropIndex("${name}")) and start again.`,
  );

const existing = async (database: Db, collection: string): Promise<readonly IndexDescriptionInfo[]> => {
  try {
    return await database.collection(collection).indexes();
  } catch (cause) {
    if (cause instanceof MongoServerError && cause.code === serverCode.namespaceNotFound) return [];
    throw cause;
  }
};

/** Makes what is missing; one of the same name that is another is refused, for queries name their index. */
const prepareIndexes = async (database: Db, collection: string, wanted: readonly Index[]): Promise<void> => {
  const found = await existing(database, collection);
  const missing = wanted.filter((index) => {
    const same = found.find(({ name }) => name === index.name);
    if (same === undefined) return true;
    const isSame =
      sameKeys(same.key, index.key) &&
      sameKeys(same.partialFilterExpression ?? {}, index.partialFilterExpression ?? {}) &&
      same.expireAfterSeconds === index.expireAfterSeconds;
    if (!isSame) throw conflict(collection, index.name);
    return false;
  });
  if (missing.length > 0) await database.collection(collection).createIndexes([...missing]);
};

export const prepareCollections = async (
  database: Db,
  collections: readonly AnyCollection[],
): Promise<void> => {
  await Promise.all(
    collections.map((collection) =>
      prepareIndexes(database, collectionOf(collection.name), indexesOf(collection)),
    ),
  );
};

/** Records whose time is over are removed by the server. */
export const prepareRecords = (database: Db): Promise<void> =>
  prepareIndexes(database, 'records', [{ name: 'expiresAt', key: { expiresAt: 1 }, expireAfterSeconds: 0 }]);
