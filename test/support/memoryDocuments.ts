import type { DomainEvent } from '../../src/events/catalogue.ts';
import { startOfLog } from '../../src/events/ids.ts';
import type { Count, DocumentReader, Query } from '../../src/projections/documents/documentStore.ts';
import type { AnyProjection, Positioned } from '../../src/projections/projection.ts';

type Document = Readonly<Record<string, unknown>>;

const matches = (document: Document, where: Readonly<Record<string, unknown>>): boolean =>
  Object.entries(where).every(([field, value]) => document[field] === value);

const textOf = (document: Document, field: string): string => String(document[field]);

type Asked = Omit<Query<Document>, 'collection'>;
type Counted = Omit<Count<Document>, 'collection'>;

const found = (documents: readonly Document[], query: Asked): Document[] => {
  const { where, orderBy, direction, after, until, limit } = query;
  const sign = direction === 'ascending' ? 1 : -1;
  const compare = (a: string, b: string): number => sign * (a < b ? -1 : a > b ? 1 : 0);
  return documents
    .filter((document) => matches(document, where))
    .filter((document) => after === undefined || compare(textOf(document, orderBy), after) > 0)
    .filter((document) => until === undefined || compare(textOf(document, orderBy), until) <= 0)
    .toSorted((a, b) => compare(textOf(a, orderBy), textOf(b, orderBy)))
    .slice(0, limit);
};

const counted = (documents: readonly Document[], { where, below }: Counted): number =>
  documents
    .filter((document) => matches(document, where))
    .filter((document) => {
      if (below === undefined) return true;
      const text = textOf(document, below.field);
      return text < below.value && text >= (below.from ?? '');
    }).length;

/** Documents in the head, for tests of a thousand runs: what these projections make of the events so far. */
export const memoryDocuments = (projections: readonly AnyProjection[]) => {
  const collections = new Map<string, Map<string, Positioned | null>>();
  const of = (name: string): Map<string, Positioned | null> => {
    const documents = collections.get(name) ?? new Map<string, Positioned | null>();
    collections.set(name, documents);
    return documents;
  };
  const all = (name: string): Document[] =>
    [...of(name).values()].filter((body) => body !== null).map((body) => ({ ...body }));
  const reader: DocumentReader = {
    get: async <Body extends object>({ name }: { readonly name: string }, id: string) =>
      (of(name).get(id) ?? null) as Body | null,
    getAll: async <Body extends object>({ name }: { readonly name: string }, ids: readonly string[]) =>
      new Map(
        ids.flatMap((id): [string, Body][] => {
          const body = of(name).get(id) ?? null;
          return body === null ? [] : [[id, body as object as Body]];
        }),
      ),
    query: async <Body extends object>(query: Query<Body>) =>
      found(all(query.collection.name), query) as object[] as Body[],
    queryTexts: async (query) => found(all(query.collection.name), query).map((body) => JSON.stringify(body)),
    count: async (count) => counted(all(count.collection.name), count),
    checkpoint: async () => null,
    rows: async ({ name }, after, limit) =>
      [...of(name)]
        .filter(([id]) => id > after)
        .toSorted(([one], [other]) => (one < other ? -1 : 1))
        .slice(0, limit)
        .map(([id, body]) => ({
          ...{ id, position: body?.position ?? startOfLog },
          body: body === null ? null : JSON.stringify(body),
        })),
  };
  return {
    reader,
    digest(event: DomainEvent): void {
      for (const { collection, keys, apply } of projections)
        for (const id of keys(event)) {
          const documents = of(collection.name);
          documents.set(id, apply(documents.get(id) ?? null, event, id));
        }
    },
  };
};
