import type { DomainEvent } from '../../src/events/catalogue.ts';
import type { LogId } from '../../src/events/ids.ts';
import type { JsonObject } from '../../src/events/json.ts';
import { projections } from '../../src/projections/all.ts';
import {
  type AnyCollection,
  type DocumentReader,
  type DocumentStore,
  type Query,
  textOf,
} from '../../src/projections/documents/documentStore.ts';
import { indexFor } from '../../src/projections/documents/indexes.ts';
import { checkpointName, type Positioned } from '../../src/projections/projection.ts';

type Stored = Readonly<Record<string, unknown>> & Positioned;

const isEqual = (value: unknown, wanted: unknown): boolean =>
  Array.isArray(value) ? value.includes(wanted) : value === wanted;

/** Every projection's documents of these events, in memory, read by the rules of the stores: by an index or not at all. */
export const projectedInMemory = (
  events: readonly DomainEvent[],
): Pick<DocumentStore, keyof DocumentReader | 'snapshot'> => {
  const collections = new Map<string, Map<string, Stored>>();
  for (const projection of projections) {
    const documents = new Map<string, Stored>();
    collections.set(projection.collection.name, documents);
    for (const event of events)
      for (const id of projection.keys(event)) {
        const before = projection.writtenOnce ? null : (documents.get(id) ?? null);
        const after = projection.apply(before, event, id);
        if (after === null) documents.delete(id);
        else documents.set(id, after as Stored);
      }
  }
  const head = events.at(-1)?.position;
  const all = (name: string): Map<string, Stored> => collections.get(name) ?? new Map();

  const found = (collection: AnyCollection, where: Readonly<Record<string, unknown>>, orderBy?: string) => {
    const [first = ''] = indexFor(collection, Object.keys(where), orderBy);
    return [...all(collection.name).values()].filter(
      (document) =>
        document[first] !== null &&
        Object.entries(where).every(([field, wanted]) => isEqual(document[field], wanted)),
    );
  };

  const reader: Omit<DocumentReader, 'queryTexts'> = {
    get: async <Body extends object>({ name }: { name: string }, id: string) =>
      (all(name).get(id) ?? null) as Body | null,
    getAll: async <Body extends object>({ name }: { name: string }, ids: readonly string[]) =>
      new Map(ids.flatMap((id) => (all(name).has(id) ? [[id, all(name).get(id) as Body] as const] : []))),
    async query<Body extends object>(query: Query<Body>) {
      const { collection, where, orderBy, direction, after, until, limit } = query;
      const orderOf = (document: Stored): string => String(document[orderBy]);
      const sign = direction === 'ascending' ? 1 : -1;
      const ordered = found(collection, where, orderBy).toSorted((one, other) =>
        orderOf(one) < orderOf(other) ? -sign : sign,
      );
      const isWithin = (document: Stored): boolean => {
        const value = orderOf(document);
        if (direction === 'ascending')
          return (after === undefined || value > after) && (until === undefined || value <= until);
        return (after === undefined || value < after) && (until === undefined || value >= until);
      };
      return ordered.filter(isWithin).slice(0, limit) as unknown[] as Body[];
    },
    count: async ({ collection, where, below }) =>
      found(collection, where).filter((document) => {
        if (below === undefined) return true;
        const value = String(document[below.field]);
        return value < below.value && (below.from === undefined || value >= below.from);
      }).length,
    rows: async ({ name }, after, limit) =>
      [...all(name)]
        .filter(([id]) => id > after)
        .toSorted(([one], [other]) => (one < other ? -1 : 1))
        .slice(0, limit)
        .map(([id, document]) => ({ id, position: document.position, body: JSON.stringify(document) })),
    checkpoint: async (name) =>
      head === undefined || !projections.some((each) => checkpointName(each) === name)
        ? null
        : { name, logId: 'log' as LogId, position: head },
  };
  const readerOfTexts: DocumentReader = {
    ...reader,
    queryTexts: async (query) =>
      (await reader.query(query)).map((body) => textOf(query.collection, body as JsonObject)),
  };
  return { ...readerOfTexts, snapshot: (read) => read(readerOfTexts) };
};
