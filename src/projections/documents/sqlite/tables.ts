import { type AnyCollection, type DocumentWrite, textOf } from '../documentStore.ts';

/**
 * How a collection lies in SQLite. One table of documents (`body` null: a tombstone), with a column of
 * its own for each indexed field, filled when the document is written: cheaper than reading into JSON at
 * each comparison. An index that begins with a list is a table of its entries.
 *
 * Documents that are each about one position lie in its order: the position, as a number, is SQLite's own
 * key of the row. Every index ends in that key anyhow, so none holds the position as text beside it: for
 * `timeline` that is a third less to write, and little more than half of the file.
 */
export interface Tables {
  readonly table: string;
  readonly byPosition: boolean;
  /** Indexed fields that hold one value and aren't the key. */
  readonly fields: readonly string[];
  readonly listIndexes: readonly ListIndex[];
  readonly schema: readonly string[];
}

export interface ListIndex {
  readonly table: string;
  readonly list: string;
  /** The fields after the list; without the key, which comes last. */
  readonly fields: readonly string[];
}

const safe = /^[A-Za-z0-9_]+$/;
const checked = (name: string): string => {
  if (!safe.test(name)) throw new Error(`"${name}" can not be the name of a collection or an indexed field`);
  return name;
};

interface Keyed {
  readonly byPosition?: boolean;
}

/** What a document is found by: its id, or the position that is its id. */
export const keyOf = ({ byPosition }: Keyed): string => (byPosition ? 'position' : 'id');

export const columnOf = (field: string, of: Keyed = {}): string =>
  of.byPosition && field === keyOf(of) ? field : `field_${checked(field)}`;

export const tableOf = (collection: string): string => `documents_${checked(collection)}`;

export const tablesOf = (collection: AnyCollection): Tables => {
  const { name, indexes, lists = [], byPosition = false } = collection;
  const table = tableOf(name);
  const key = keyOf(collection);
  const isList = (field: string | undefined): boolean => field !== undefined && lists.includes(field);
  const isKey = (field: string): boolean => byPosition && field === key;
  const withoutKey = (fields: readonly string[]): readonly string[] =>
    fields.filter((field) => !isKey(field));
  const columns = (fields: readonly string[]): string[] => fields.map((field) => columnOf(field, collection));
  const fields = [...new Set(withoutKey(indexes.flat()).filter((field) => !isList(field)))];
  const listIndexes = indexes.flatMap(([list, ...rest], index) =>
    list !== undefined && isList(list)
      ? [{ table: `${table}_list_${index}`, list, fields: withoutKey(rest) }]
      : [],
  );
  const keys = byPosition ? 'position INTEGER PRIMARY KEY' : 'id TEXT PRIMARY KEY, position TEXT NOT NULL';
  return {
    table,
    byPosition,
    fields,
    listIndexes,
    schema: [
      `CREATE TABLE IF NOT EXISTS ${table} (${[keys, 'body TEXT', ...columns(fields)].join(', ')})`,
      ...indexes.flatMap((index, number) => {
        const [first, ...rest] = columns(withoutKey(index));
        if (first === undefined || isList(index[0])) return [];
        const on = [first, ...rest].join(', ');
        return `CREATE INDEX IF NOT EXISTS ${table}_index_${number} ON ${table} (${on}) WHERE ${first} IS NOT NULL`;
      }),
      ...listIndexes.flatMap(({ table: entries, fields: rest }) => {
        const ordered = ['entry', ...columns(rest), key].join(', ');
        const typed = ['entry TEXT NOT NULL', ...columns(rest), byPosition ? 'position INTEGER' : 'id TEXT'];
        return [
          `CREATE TABLE IF NOT EXISTS ${entries} (${typed.join(', ')} NOT NULL, PRIMARY KEY (${ordered})) WITHOUT ROWID`,
          ...(byPosition ? [] : [`CREATE INDEX IF NOT EXISTS ${entries}_id ON ${entries} (id)`]),
        ];
      }),
    ],
  };
};

/** What SQLite can compare. */
export type Column = string | number | null;

export const columnValue = (value: unknown): Column => {
  if (typeof value === 'string' || typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return null;
};

/**
 * One write, as it crosses to the thread: everything taken out of the body already, and plain lists, for
 * those cross fastest. Id (not where it is the position), position, body (null: a tombstone), then the
 * values of `Tables.fields`.
 */
export type DocumentRow = readonly Column[];

/** The writes to one collection; `entries` holds each row's list entries, where there are list indexes. */
export interface CollectionRows {
  readonly collection: string;
  readonly rows: readonly DocumentRow[];
  /** For each row, for each of `Tables.listIndexes`, the list's entries. */
  readonly entries: readonly (readonly (readonly string[])[])[];
}

const rowOf = (
  { fields, byPosition }: Tables,
  { collection, id, position, body }: DocumentWrite,
): DocumentRow => {
  const row: Column[] = byPosition ? [position] : [id, position];
  row.push(body === null ? null : textOf(collection, body));
  for (const field of fields) row.push(columnValue(body?.[field]));
  return row;
};

const entriesOf = ({ listIndexes }: Tables, { body }: DocumentWrite): readonly string[][] =>
  listIndexes.map(({ list }) => {
    const entries = body?.[list];
    return Array.isArray(entries) ? [...new Set(entries.filter((entry) => typeof entry === 'string'))] : [];
  });

/** Writes of one collection, in their order, as rows. */
export const rowsOf = (
  collection: string,
  tables: Tables,
  writes: readonly DocumentWrite[],
): CollectionRows => ({
  collection,
  rows: writes.map((write) => rowOf(tables, write)),
  entries: tables.listIndexes.length === 0 ? [] : writes.map((write) => entriesOf(tables, write)),
});
