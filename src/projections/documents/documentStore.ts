import type { LogId, Position } from '../../events/ids.ts';
import type { Json, JsonObject } from '../../events/json.ts';

/**
 * A kind of document and how it is looked up. `indexes` lists, for every query that is asked, the
 * fields that it compares and then those that it is ordered by; a query that no index serves is
 * refused rather than run slowly. A field named in `lists` is indexed by each of its entries.
 */
export interface Collection<Body extends object> {
  /** Letters, digits and `_`; holds the projection's version, so that two generations stand side by side. */
  readonly name: string;
  readonly indexes: readonly (readonly (keyof Body & string)[])[];
  /** Fields that hold a list of texts; each comes first in the indexes that it is in. */
  readonly lists?: readonly (keyof Body & string)[];
  /**
   * Each document is about one event: its id is its position, and so is its field `position`. A store may
   * keep the three as one, and ordered by it; it needs no index of the field alone.
   */
  readonly byPosition?: true;
  /** How a document is written down, where it says more than it must to be known again; else as JSON. */
  readonly text?: DocumentText<Body>;
  /** Phantom: what the documents are. */
  readonly body?: Body;
}

/** `read` gives what `write` was given. Indexed are the fields of the document, whether written down or not. */
export interface DocumentText<Body> {
  write(body: Body): string;
  read(text: string): Body;
}

/** A collection where it doesn't matter what its documents are. */
export type AnyCollection<Body extends object = object> = Pick<
  Collection<Body>,
  'name' | 'byPosition' | 'text'
> & {
  readonly indexes: readonly (readonly string[])[];
  readonly lists?: readonly string[];
};

/** Enough of a collection to find a document in it by its id. */
export type Found<Body extends object> = Pick<Collection<Body>, 'name' | 'body' | 'byPosition' | 'text'>;

export const textOf = ({ text }: AnyCollection, body: JsonObject): string =>
  text === undefined ? JSON.stringify(body) : text.write(body);

export const bodyIn = <Body extends object>({ text }: Found<Body>, written: string): Body =>
  text === undefined ? JSON.parse(written) : text.read(written);

/** A document to be kept, or (`body: null`) a tombstone: documents under a guard are never deleted. */
export interface DocumentWrite {
  readonly collection: AnyCollection;
  readonly id: string;
  /** Position of the last event folded in; a write that isn't newer than what is there is ignored. */
  readonly position: Position;
  readonly body: JsonObject | null;
}

/** How far a projection has come. One of another log, or after the head, means: rebuild. */
export interface Checkpoint {
  /** `<projection>_<version>`. */
  readonly name: string;
  readonly logId: LogId;
  readonly position: Position;
}

/** The right to write one projection. Each time that it changes hands its fence is a higher one. */
export interface Lease {
  /** Of the checkpoint, and of the collection that is written. */
  readonly name: string;
  /** From 1. */
  readonly fence: number;
}

type Comparable = string | number | boolean;

export interface Query<Body extends object> {
  readonly collection: Collection<Body>;
  /** Equal in all of these; a field that holds a list matches where one of its entries is equal. */
  readonly where: { readonly [Field in keyof Body & string]?: Comparable };
  /** Ordered by this field, which is unique within the result, so that a page's last value is a cursor. */
  readonly orderBy: keyof Body & string;
  readonly direction: 'ascending' | 'descending';
  /** Exclusive, in the direction of reading. */
  readonly after?: string;
  /** Inclusive, in the direction of reading. */
  readonly until?: string;
  /** 1 – 1,000. */
  readonly limit: number;
}

export interface Count<Body extends object> {
  readonly collection: Collection<Body>;
  readonly where: { readonly [Field in keyof Body & string]?: Comparable };
  /** Count only those whose `field` is less than `value` and, where it is given, not less than `from`. */
  readonly below?: { readonly field: keyof Body & string; readonly value: string; readonly from?: string };
}

/** A document as it lies there: what a rebuilt one is compared with, byte for byte. */
export interface StoredRow {
  readonly id: string;
  readonly position: Position;
  /** As it is written down (`DocumentText`); null: a tombstone. */
  readonly body: string | null;
}

/** Reads of one moment. */
export interface DocumentReader {
  /** Null where there is none, or a tombstone. */
  get<Body extends object>(collection: Found<Body>, id: string): Promise<Body | null>;
  /** Those of these ids that are there, by id: in one go, for a store may be a network away. */
  getAll<Body extends object>(
    collection: Found<Body>,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, Body>>;
  query<Body extends object>(query: Query<Body>): Promise<Body[]>;
  /** The same as they are written down (`DocumentText`): for who hands them on unread. */
  queryTexts<Body extends object>(query: Query<Body>): Promise<string[]>;
  count<Body extends object>(count: Count<Body>): Promise<number>;
  checkpoint(name: string): Promise<Checkpoint | null>;
  /** Those whose id comes after `after` (ids are ASCII), in their order, tombstones too; at most `limit`. */
  rows(
    collection: Pick<AnyCollection, 'name' | 'byPosition'>,
    after: string,
    limit: number,
  ): Promise<StoredRow[]>;
}

/** A record that no event stands behind: a lease, an idempotency key, a person's name. */
export interface OperationalRecord {
  readonly value: Json;
  /** Grows by one with each write. */
  readonly version: number;
}

/**
 * Where documents lie: what projections write and people read, with each projection's checkpoint.
 *
 * - `write` keeps documents whose position is newer than what is there, then moves the checkpoints,
 *   never back. A crash at any step leaves what a repetition of the same batch makes right; the SQLite
 *   adapter does it in one transaction.
 * - `snapshot` runs reads that see one moment where the store can give that (SQLite, a MongoDB replica
 *   set); where it can't, a document may be newer than a checkpoint read before it, never older.
 * - After `takeOver` under a fence nothing is written under a lower one: neither checkpoint nor (SQLite) a
 *   document; MongoDB may still take documents of a batch under way, which their position guards.
 * - Records are changed by compare-and-set alone.
 */
export interface DocumentStore extends DocumentReader {
  /** Makes tables and indexes where they are missing. Called with every collection before its first use. */
  prepare(collections: readonly AnyCollection[]): Promise<void>;
  /** `leases`: of the projections that are written; one without a lease is not fenced. @throws LeaseLost */
  write(
    documents: readonly DocumentWrite[],
    checkpoints: readonly Checkpoint[],
    leases?: readonly Lease[],
  ): Promise<void>;
  /** Fences off all earlier holders, then says how far they came. @throws LeaseLost */
  takeOver(lease: Lease): Promise<Checkpoint | null>;
  /** Of all collections that were ever written, by name. */
  checkpoints(): Promise<Checkpoint[]>;
  /** Removes a collection with its checkpoint and its fence; nobody may write it any more. */
  drop(collection: string): Promise<void>;
  snapshot<Result>(read: (reader: DocumentReader) => Promise<Result>): Promise<Result>;

  readRecord(kind: string, id: string): Promise<OperationalRecord | null>;
  /**
   * Writes where the record is at `expected` (null: where there is none), else changes nothing.
   * `value: null` removes. `expiresAt` (ms since 1970) lets the store forget the record after that.
   */
  writeRecord(
    kind: string,
    id: string,
    expected: number | null,
    value: Json,
    expiresAt?: number,
  ): Promise<'written' | 'conflict'>;
  /** Removes every record of this kind. */
  forgetRecords(kind: string): Promise<void>;
  /** Leaves nothing on the disk of what was removed; writers wait meanwhile. Absent where the store sees to it. */
  scrub?(): Promise<void>;
  /** Size of the write-ahead log, where it lies on this machine; absent elsewhere. */
  walBytes?(): Promise<number>;
  close(): Promise<void>;
}

/** The store can't be reached or can't write now; whether a write happened is not known. */
export class DocumentStoreUnavailable extends Error {
  readonly code = 'document_store_unavailable';
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DocumentStoreUnavailable';
  }
}

/** The store can't be used as it was named; the message says why and what to do. */
export class DocumentStoreUnopenable extends Error {
  readonly code = 'document_store_unopenable';
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DocumentStoreUnopenable';
  }
}

/** Another process writes this projection by now; what was to be written was not, or not all of it. */
export class LeaseLost extends Error {
  readonly code = 'lease_lost';
  constructor(name: string) {
    super(`another process writes ${name} by now`);
    this.name = 'LeaseLost';
  }
}
