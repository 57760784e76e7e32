import type Database from 'better-sqlite3';
import type { LogId, Position } from '../../../events/ids.ts';
import {
  type AnyCollection,
  bodyIn,
  type Checkpoint,
  type Count,
  type DocumentReader,
  type Found,
  type Query,
  type StoredRow,
} from '../documentStore.ts';
import { indexFor } from '../indexes.ts';
import { columnOf, columnValue, keyOf, type Tables, tableOf, tablesOf } from './tables.ts';

/** A position kept as a number, as the text that it is. */
const positionText = "printf('%020d', position)";

/**
 * Reads through one connection. They are look-ups in an index, bounded by their limit, so they are done
 * at once and hold up the event loop for microseconds; a call to another thread would cost more.
 */
export const createReader = (database: Database.Database): DocumentReader => {
  const statements = new Map<string, Database.Statement>();
  const known = new Map<string, Tables>();
  const prepare = (sql: string): Database.Statement => {
    const prepared = statements.get(sql) ?? database.prepare(sql);
    statements.set(sql, prepared);
    return prepared;
  };
  const tablesFor = (collection: AnyCollection): Tables => {
    const tables = known.get(collection.name) ?? tablesOf(collection);
    known.set(collection.name, tables);
    return tables;
  };

  /** Where to look, and the conditions with their values: in the documents, or in the entries of a list. */
  const lookUp = (collection: AnyCollection, where: Readonly<Record<string, unknown>>, then?: string) => {
    const tables = tablesFor(collection);
    const compared = Object.keys(where);
    const index = indexFor(collection, compared, then);
    const list = compared.find((field) => (collection.lists ?? []).includes(field));
    const place =
      list === undefined
        ? -1
        : collection.indexes
            .filter(([first]) => (collection.lists ?? []).includes(first ?? ''))
            .indexOf(index);
    const entries = tables.listIndexes[place];
    const alias = entries === undefined ? 'd' : 'e';
    const conditions = compared.map((field) =>
      field === list ? 'e.entry = ?' : `${alias}.${columnOf(field, collection)} = ?`,
    );
    const key = keyOf(collection);
    return {
      from:
        entries === undefined
          ? `${tables.table} d`
          : `${entries.table} e JOIN ${tables.table} d ON d.${key} = e.${key}`,
      conditions: [...conditions, 'd.body IS NOT NULL'],
      values: compared.map((field) => columnValue(where[field])),
      column: (field: string) => `${alias}.${columnOf(field, collection)}`,
    };
  };

  const findBody = (collection: Pick<AnyCollection, 'name' | 'byPosition'>): Database.Statement =>
    prepare(`SELECT body FROM ${tableOf(collection.name)} WHERE ${keyOf(collection)} = ?`).pluck();

  const textsOf = <Body extends object>(query: Query<Body>): string[] => {
    const { collection, where, orderBy, direction, after, until, limit } = query;
    const { from, conditions, values, column } = lookUp(collection, where, orderBy);
    const [beyond, upTo, order] = direction === 'ascending' ? ['>', '<=', 'ASC'] : ['<', '>=', 'DESC'];
    const ordered = column(orderBy);
    const bounds = [
      ...(after === undefined ? [] : [{ condition: `${ordered} ${beyond} ?`, value: after }]),
      ...(until === undefined ? [] : [{ condition: `${ordered} ${upTo} ?`, value: until }]),
    ];
    const rows: unknown[] = prepare(
      `SELECT d.body FROM ${from}
       WHERE ${[...conditions, ...bounds.map(({ condition }) => condition)].join(' AND ')}
       ORDER BY ${ordered} ${order} LIMIT ?`,
    )
      .pluck()
      .all(...values, ...bounds.map(({ value }) => value), limit);
    return rows.map(String);
  };

  return {
    async get<Body extends object>(collection: Found<Body>, id: string): Promise<Body | null> {
      const body: unknown = findBody(collection).get(id);
      return typeof body === 'string' ? bodyIn(collection, body) : null;
    },
    async getAll<Body extends object>(collection: Found<Body>, ids: readonly string[]) {
      const find = findBody(collection);
      const found = new Map<string, Body>();
      for (const id of ids) {
        const body: unknown = find.get(id);
        if (typeof body === 'string') found.set(id, bodyIn(collection, body));
      }
      return found;
    },
    query: async (query) => textsOf(query).map((text) => bodyIn(query.collection, text)),
    queryTexts: async (query) => textsOf(query),
    async count<Body extends object>({ collection, where, below }: Count<Body>): Promise<number> {
      const { from, conditions, values, column } = lookUp(collection, where, below?.field);
      const bounds = [
        ...(below === undefined ? [] : [{ condition: `${column(below.field)} < ?`, value: below.value }]),
        ...(below?.from === undefined
          ? []
          : [{ condition: `${column(below.field)} >= ?`, value: below.from }]),
      ];
      // A tombstone has no values, so what is compared rules it out: the index alone answers, 8 times as fast.
      const all = [...conditions.slice(0, values.length), ...bounds.map(({ condition }) => condition)];
      const count = prepare(
        `SELECT COUNT(*) FROM ${from} WHERE ${(all.length > 0 ? all : conditions).join(' AND ')}`,
      )
        .pluck()
        .get(...values, ...bounds.map(({ value }) => value));
      return Number(count);
    },
    async checkpoint(name): Promise<Checkpoint | null> {
      const row = prepare('SELECT log_id, position FROM checkpoints WHERE name = ?').raw().get(name);
      if (!Array.isArray(row)) return null;
      const [logId, position] = row;
      return { name, logId: logId as LogId, position: position as Position };
    },
    async rows(collection, after, limit): Promise<StoredRow[]> {
      const { name, byPosition } = collection;
      const found = byPosition
        ? `${positionText} AS id, ${positionText} AS position, body FROM ${tableOf(name)} WHERE position > CAST(? AS INTEGER)`
        : `id, position, body FROM ${tableOf(name)} WHERE id > ?`;
      const find = prepare(`SELECT ${found} ORDER BY ${keyOf(collection)} LIMIT ?`);
      return find.all(after, limit) as StoredRow[];
    },
  };
};
