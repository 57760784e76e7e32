import type { ClientSession, Db, Filter } from 'mongodb';
import type { Position } from '../../../events/ids.ts';
import {
  type AnyCollection,
  bodyIn,
  type Count,
  type DocumentReader,
  type Found,
  type Query,
  type StoredRow,
} from '../documentStore.ts';
import { indexFor } from '../indexes.ts';
import { comparable, documentsOf, fieldOf, indexName, type StoredDocument, wellFormed } from './layout.ts';
import { readCheckpoint } from './writer.ts';

/** A question as MongoDB is asked it: with the index that it must use. */
export interface Asked {
  readonly filter: Filter<StoredDocument>;
  readonly hint: string;
}

const bySomeIndex = (
  collection: AnyCollection,
  where: Readonly<Record<string, unknown>>,
  then: string | undefined,
  bounds: Readonly<Record<string, string>>,
): Asked => {
  const compared = Object.keys(where);
  const index = indexFor(collection, compared, then);
  const [first = ''] = index;
  const filter = new Map<string, object>();
  // The index holds only documents that have its first field, so every question must ask for one.
  filter.set(fieldOf(first), { $exists: true });
  for (const field of compared) filter.set(fieldOf(field), { $eq: comparable(where[field]) });
  if (then !== undefined && Object.keys(bounds).length > 0) filter.set(fieldOf(then), bounds);
  return { filter: Object.fromEntries(filter), hint: indexName(index) };
};

/** `hint` names the index, so that a question which it can't serve is an error and no scan. */
export const askQuery = <Body extends object>(query: Query<Body>): Asked => {
  const { collection, where, orderBy, direction, after, until } = query;
  const [beyond, upTo] = direction === 'ascending' ? ['$gt', '$lte'] : ['$lt', '$gte'];
  return bySomeIndex(collection, where, orderBy, {
    ...(after === undefined ? {} : { [beyond]: wellFormed(after) }),
    ...(until === undefined ? {} : { [upTo]: wellFormed(until) }),
  });
};

export const askCount = <Body extends object>({ collection, where, below }: Count<Body>): Asked =>
  bySomeIndex(collection, where, below?.field, {
    ...(below === undefined ? {} : { $lt: wellFormed(below.value) }),
    ...(below?.from === undefined ? {} : { $gte: wellFormed(below.from) }),
  });

const bodyOnly = { projection: { _id: 0, body: 1 } } as const;

/** Reads on the primary, of what a majority has: what `write` was answered is seen. */
export const createReader = (database: Db, session?: ClientSession): DocumentReader => {
  const within = session === undefined ? {} : { session };

  const textsOf = async <Body extends object>(query: Query<Body>): Promise<string[]> => {
    const { collection, orderBy, direction, limit } = query;
    const { filter, hint } = askQuery(query);
    const found = await documentsOf(database, collection.name)
      .find(filter, { ...bodyOnly, ...within, hint, limit, batchSize: limit })
      .sort({ [fieldOf(orderBy)]: direction === 'ascending' ? 1 : -1 })
      .toArray();
    return found.map(({ body }) => String(body));
  };

  return {
    async get<Body extends object>(collection: Found<Body>, id: string): Promise<Body | null> {
      const found = await documentsOf(database, collection.name).findOne(
        { _id: { $eq: wellFormed(id) } },
        { ...bodyOnly, ...within },
      );
      return typeof found?.body === 'string' ? bodyIn(collection, found.body) : null;
    },
    async getAll<Body extends object>(collection: Found<Body>, ids: readonly string[]) {
      const found = await documentsOf(database, collection.name)
        .find(
          { _id: { $in: ids.map(wellFormed) }, body: { $ne: null } },
          { projection: { body: 1 }, ...within, batchSize: ids.length + 1 },
        )
        .toArray();
      return new Map(found.map(({ _id, body }): [string, Body] => [_id, bodyIn(collection, String(body))]));
    },
    query: async (query) => (await textsOf(query)).map((text) => bodyIn(query.collection, text)),
    queryTexts: textsOf,
    async count<Body extends object>(count: Count<Body>): Promise<number> {
      const { filter, hint } = askCount(count);
      return documentsOf(database, count.collection.name).countDocuments(filter, { hint, ...within });
    },
    checkpoint: (name) => readCheckpoint(database, name, within),
    async rows({ name }, after, limit): Promise<StoredRow[]> {
      const found = await documentsOf(database, name)
        .find({ _id: { $gt: wellFormed(after) } }, { projection: { position: 1, body: 1 }, ...within, limit })
        .sort({ _id: 1 })
        .toArray();
      return found.map(({ _id, position, body }) => ({ id: _id, position: position as Position, body }));
    },
  };
};
