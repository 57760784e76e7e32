import type { AnyCollection, DocumentWrite } from '../documentStore.ts';

/**
 * How a collection lies in SQLite. One table of documents (`body` null: a tombstone), with a column of
 * its own for each indexed field, filled when the document is written: cheaper than reading into JSON at
 * each comparison. An index that begins with a list is a table of its entries.
 */
export interface Tables {
  readonly table: string;
  /** Indexed fields that hold one value. */
  readonly fields: readonly string[];
  readonly listIndexes: readonly ListIndex[];
  readonly schema: readonly string[];
}

export interface ListIndex {
  readonly table: string;
  readonly list: string;
  /** The fields after the list. */
  readonly fields: readonly string[];
}

const safe = /^[A-Za-z0-9_]+$/;
const checked = (name: string): string => {
  if (!safe.test(name)) throw new Error(`"${name}" can not be the name of a collection or an indexed field`);
  return name;
};

export const columnOf = (field: string): string => `field_${checked(field)}`;

export const tableOf = (collection: string): string => `documents_${checked(collection)}`;

export const tablesOf = ({ name, indexes, lists = [] }: AnyCollection): Tables => {
  const table = tableOf(name);
  const isList = (field: string | undefined): boolean => field !== undefined && lists.includes(field);
  const fields = [...new Set(indexes.flat().filter((field) => !isList(field)))];
  const listIndexes = indexes.flatMap(([list, ...rest], index) =>
    list !== undefined && isList(list) ? [{ table: `${table}_list_${index}`, list, fields: rest }] : [],
  );
  const columns = fields.map((field) => `, ${columnOf(field)}`).join('');
  return {
    table,
    fields,
    listIndexes,
    schema: [
      `CREATE TABLE IF NOT EXISTS ${table} (id TEXT PRIMARY KEY, position TEXT NOT NULL, body TEXT${columns})`,
      ...indexes.flatMap((index, number) => {
        const [first] = index;
        if (first === undefined || isList(first)) return [];
        const on = index.map(columnOf).join(', ');
        return `CREATE INDEX IF NOT EXISTS ${table}_index_${number} ON ${table} (${on}) WHERE ${columnOf(first)} IS NOT NULL`;
      }),
      ...listIndexes.flatMap(({ table: entries, fields: rest }) => {
        const ordered = rest.map(columnOf).join(', ');
        return [
          `CREATE TABLE IF NOT EXISTS ${entries} (entry TEXT NOT NULL, ${ordered}, id TEXT NOT NULL, PRIMARY KEY (entry, ${ordered}, id)) WITHOUT ROWID`,
          `CREATE INDEX IF NOT EXISTS ${entries}_id ON ${entries} (id)`,
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
 * those cross fastest. Id, position, body (null: a tombstone), then the values of `Tables.fields`.
 */
export type DocumentRow = readonly [id: string, position: string, body: string | null, ...values: Column[]];

/** The writes to one collection; `entries` holds each row's list entries, where there are list indexes. */
export interface CollectionRows {
  readonly collection: string;
  readonly rows: readonly DocumentRow[];
  /** For each row, for each of `Tables.listIndexes`, the list's entries. */
  readonly entries: readonly (readonly (readonly string[])[])[];
}

const rowOf = ({ fields }: Tables, { id, position, body }: DocumentWrite): DocumentRow => [
  id,
  position,
  body === null ? null : JSON.stringify(body),
  ...fields.map((field) => columnValue(body?.[field])),
];

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
