import { z } from 'zod';
import { type Position, position } from '../events/ids.ts';
import { actor } from '../events/metadata.ts';
import type { AnyCollection, DocumentReader, DocumentStore } from './documents/documentStore.ts';

/*
 * The documents of a version of a projection may be built anew beside those that are read: each building
 * is a generation, numbered from 1 and never again by a number that was given before. Which one is read
 * is a pointer, in one record for all projections:
 *
 *   building ──the head is reached──▶ built ──asked for──▶ wanted ──▶ live ──another one is──▶ kept
 *      │                                                                                       │
 *      └──────────────────────────────────dropped by hand◀─────────────────────────────────────┘
 *
 * Whoever holds the lease of the projection switches, for it alone can bring the new documents to where
 * the old ones are while nobody moves those: so a reader never sees an earlier state than before. What is
 * kept isn't written any more; to go back to it, it is first brought up to date (rebuild.ts).
 */

/** Why a generation goes no further. */
export interface Stopped {
  readonly reason: string;
  /** The event that it could not digest; null where its documents are of another log. */
  readonly at: { readonly position: Position; readonly type: string } | null;
}

const stop = z.object({
  generation: z.int(),
  position,
  type: z.string(),
  reason: z.string(),
});
/** Where a generation stands that could not digest an event. */
export type Stop = z.infer<typeof stop>;

const switching = z.object({
  generation: z.int(),
  /** Who asked for it, and under which id. */
  actor,
  commandId: z.string(),
});

/** A generation that is to be read, and who wants it. */
export type Switching = z.infer<typeof switching>;

const standing = z.object({
  /** 0: none yet (newVersions.ts). */
  live: z.int(),
  /** The highest number that was ever given. */
  last: z.int(),
  /** Those that are there, the live one among them. */
  kept: z.array(z.int()),
  building: z.int().nullable(),
  wanted: switching.nullable(),
  /** A switch that the log hasn't been told of yet. */
  untold: switching.extend({ previous: z.int() }).nullable(),
  stops: z.array(stop),
});
/** What is known of the generations of one version of a projection. */
export type Standing = z.infer<typeof standing>;

const kept = z.record(z.string(), standing);
/** By `<projection>_<version>`. */
export type Standings = ReadonlyMap<string, Standing>;

const record = { kind: 'projections', id: 'generations' } as const;

/** Of a projection that was never rebuilt. */
export const firstStanding: Standing = {
  ...{ live: 1, last: 1, kept: [1], building: null, wanted: null, untold: null, stops: [] },
};

/** Of a version that this release declares and nobody has built yet: none of its generations is read. */
export const unbuilt: Standing = { ...firstStanding, live: 0, last: 0, kept: [] };

type Records = Pick<DocumentStore, 'readRecord' | 'writeRecord'>;

const read = async (documents: Records) => {
  const found = await documents.readRecord(record.kind, record.id);
  return { version: found?.version ?? null, all: found === null ? {} : kept.parse(found.value) };
};

export const readStandings = async (documents: Records): Promise<Standings> =>
  new Map(Object.entries((await read(documents)).all));

export const standingIn = (standings: Standings, name: string): Standing =>
  standings.get(name) ?? firstStanding;

/**
 * Changes what is known of one projection; the same reference changes nothing, null forgets it. Asked
 * again where somebody else came first. Answers with what is there after.
 */
export const changeStanding = async (
  documents: Records,
  name: string,
  change: (standing: Standing) => Standing | null,
): Promise<Standing> => {
  for (;;) {
    const { version, all } = await read(documents);
    const before = all[name] ?? firstStanding;
    const after = change(before);
    if (after === before) return before;
    const { [name]: _, ...others } = all;
    const next = after === null ? others : { ...others, [name]: after };
    if ((await documents.writeRecord(record.kind, record.id, version, next)) === 'written')
      return after ?? firstStanding;
  }
};

/** What the event was that it could not digest, for those who are asked how it is; null: it goes on. */
export const withStop = (standing: Standing, generation: number, stopped: Stopped | null): Standing => {
  const others = standing.stops.filter((each) => each.generation !== generation);
  const own = stopped?.at == null ? [] : [{ generation, ...stopped.at, reason: stopped.reason }];
  return { ...standing, stops: [...others, ...own] };
};

/** How a generation's collection and checkpoint are called; the first bears the version's name alone. */
export const generationName = (name: string, generation: number): string =>
  generation === 1 ? name : `${name}_${generation}`;

const written = /^([A-Za-z0-9]+)_(\d+)(?:_(\d+))?$/;

/** What a collection or a checkpoint of that name is of; null where it is of no projection. */
export const versionOf = (
  name: string,
): { readonly projection: string; readonly version: number; readonly generation: number } | null => {
  const [, projection, version, generation = '1'] = written.exec(name) ?? [];
  return projection === undefined
    ? null
    : { projection, version: Number(version), generation: Number(generation) };
};

export const generationOf = <Any extends AnyCollection>(collection: Any, generation: number): Any =>
  generation === 1 ? collection : { ...collection, name: generationName(collection.name, generation) };

/** Which generation of each projection this process reads. */
export interface Pointers {
  /** As of now; it never changes, a switch makes another. */
  current(): ReadonlyMap<string, number>;
  /** Those named here, in one step. */
  point(live: ReadonlyMap<string, number>): void;
}

export const createPointers = (): Pointers => {
  let pointers: ReadonlyMap<string, number> = new Map();
  return {
    current: () => pointers,
    point(live) {
      if ([...live].some(([name, generation]) => pointers.get(name) !== generation))
        pointers = new Map([...pointers, ...live]);
    },
  };
};

const readerThrough = (reader: DocumentReader, pointers: ReadonlyMap<string, number>): DocumentReader => {
  const nameOf = (name: string): string => generationName(name, pointers.get(name) ?? 1);
  const through = <Named extends { readonly name: string }>(collection: Named): Named => {
    const name = nameOf(collection.name);
    return name === collection.name ? collection : { ...collection, name };
  };
  return {
    get: (collection, id) => reader.get(through(collection), id),
    getAll: (collection, ids) => reader.getAll(through(collection), ids),
    query: (query) => reader.query({ ...query, collection: through(query.collection) }),
    queryTexts: (query) => reader.queryTexts({ ...query, collection: through(query.collection) }),
    count: (count) => reader.count({ ...count, collection: through(count.collection) }),
    checkpoint: (name) => reader.checkpoint(nameOf(name)),
    rows: (collection, after, limit) => reader.rows(through(collection), after, limit),
  };
};

/** The store as people read it: each projection's live generation, under the projection's own name. */
export const readLive = <Store extends DocumentStore>(documents: Store, pointers: Pointers): Store => ({
  ...documents,
  get: (collection, id) => readerThrough(documents, pointers.current()).get(collection, id),
  getAll: (collection, ids) => readerThrough(documents, pointers.current()).getAll(collection, ids),
  query: (query) => readerThrough(documents, pointers.current()).query(query),
  queryTexts: (query) => readerThrough(documents, pointers.current()).queryTexts(query),
  count: (count) => readerThrough(documents, pointers.current()).count(count),
  checkpoint: (name) => readerThrough(documents, pointers.current()).checkpoint(name),
  rows: (collection, after, limit) =>
    readerThrough(documents, pointers.current()).rows(collection, after, limit),
  snapshot: (read) => documents.snapshot((reader) => read(readerThrough(reader, pointers.current()))),
});
