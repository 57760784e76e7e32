import type Database from 'better-sqlite3';
import { whenNotBusy } from '../../../sqlite/busy.ts';
import { openDatabase } from '../../../sqlite/openDatabase.ts';
import { serveThread } from '../../../sqlite/serveThread.ts';
import type { Lease } from '../documentStore.ts';
import { format } from './format.ts';
import { type CollectionRows, columnOf, type DocumentRow, type Tables } from './tables.ts';

/** What can be written; one after the other in one transaction. */
export type Change =
  | {
      readonly kind: 'documents';
      readonly collections: readonly CollectionRows[];
      readonly checkpoints: readonly {
        readonly name: string;
        readonly logId: string;
        readonly position: string;
      }[];
      readonly leases: readonly Lease[];
    }
  | {
      readonly kind: 'record';
      readonly recordKind: string;
      readonly id: string;
      readonly expected: number | null;
      /** JSON; null removes. */
      readonly value: string | null;
      readonly expiresAt: number | null;
      readonly now: number;
    };

/** Patience with another process that holds the write lock, in milliseconds. */
const patience = 30_000;

let database: Database.Database;
const writers = new Map<string, (rows: CollectionRows) => void>();

const open = async ({ file }: { file: string }): Promise<void> => {
  database = await openDatabase(file, format);
  // Documents can be made again from the log, and a commit outlives the death of this process all the same.
  database.pragma('synchronous = NORMAL');
  // Ids are random, so a large store's indexes are touched all over; 64 MB of them stay at hand.
  database.pragma('cache_size = -65536');
};

/** Makes a row where there is none of its key; replaces one that is older. */
const rowWriter = ({ table, fields, byPosition }: Tables) => {
  const columns = ['position', 'body', ...fields.map((field) => columnOf(field, { byPosition }))];
  const all = byPosition ? columns : ['id', ...columns];
  const values = `(${all.join(', ')}) VALUES (${all.map(() => '?').join(', ')})`;
  const insert = database.prepare(`INSERT INTO ${table} ${values} ON CONFLICT DO NOTHING`);
  const isNew = (row: DocumentRow): boolean => insert.run(row).changes > 0;
  // What is about one position is the same whenever it is written.
  if (byPosition) return { isNew, isNewer: () => false };
  const update = database.prepare(
    `INSERT INTO ${table} ${values}
     ON CONFLICT (id) DO UPDATE SET ${columns.map((column) => `${column} = excluded.${column}`).join(', ')}
     WHERE excluded.position > position`,
  );
  return { isNew, isNewer: (row: DocumentRow): boolean => update.run(row).changes > 0 };
};

const writerOf = (tables: Tables): ((rows: CollectionRows) => void) => {
  const { fields, listIndexes, byPosition } = tables;
  const { isNew, isNewer } = rowWriter(tables);
  const lists = listIndexes.map(({ table: entries, fields: rest }) => ({
    places: rest.map((field) => fields.indexOf(field)),
    clear: byPosition ? null : database.prepare(`DELETE FROM ${entries} WHERE id = ?`),
    add: database.prepare(`INSERT INTO ${entries} VALUES (${['?', ...rest.map(() => '?'), '?'].join(', ')})`),
  }));
  const firstValue = byPosition ? 2 : 3;
  return ({ rows, entries }) => {
    for (const [number, row] of rows.entries()) {
      const [key = null] = row;
      const isFirst = isNew(row);
      if (!isFirst && !isNewer(row)) continue;
      for (const [index, { clear, add, places }] of lists.entries()) {
        if (!isFirst) clear?.run(key);
        for (const entry of entries[number]?.[index] ?? [])
          add.run(entry, ...places.map((place) => row[firstValue + place] ?? null), key);
      }
    }
  };
};

const prepare = async (
  collections: readonly { readonly name: string; readonly tables: Tables }[],
): Promise<void> => {
  await whenNotBusy(patience, () => {
    const make = database.transaction(() => {
      for (const { tables } of collections) for (const statement of tables.schema) database.exec(statement);
    });
    make.immediate();
  });
  for (const { name, tables } of collections) writers.set(name, writerOf(tables));
};

/** Highest fence that a projection was taken over with; kept as a record, for it is as good as one. */
const fenceOf = (name: string): number =>
  Number(
    database.prepare(`SELECT value FROM records WHERE kind = 'fence' AND id = ?`).pluck().get(name) ?? 0,
  );

/** False where one of the leases is lost: then nothing is written. */
const writeDocuments = (change: Extract<Change, { kind: 'documents' }>): boolean => {
  const { collections, checkpoints, leases } = change;
  if (leases.some(({ name, fence }) => fenceOf(name) > fence)) return false;
  for (const rows of collections) {
    const write = writers.get(rows.collection);
    if (write === undefined) throw new Error(`collection ${rows.collection} was not prepared`);
    write(rows);
  }
  const move = database.prepare(
    `INSERT INTO checkpoints (name, log_id, position) VALUES (?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET position = excluded.position
     WHERE log_id = excluded.log_id AND position < excluded.position`,
  );
  for (const { name, logId, position } of checkpoints) move.run(name, logId, position);
  return true;
};

const writeRecord = (change: Extract<Change, { kind: 'record' }>): boolean => {
  const { recordKind, id, expected, value, expiresAt, now } = change;
  database.prepare('DELETE FROM records WHERE expires_at <= ?').run(now);
  const version = database
    .prepare('SELECT version FROM records WHERE kind = ? AND id = ?')
    .pluck()
    .get(recordKind, id);
  if ((version ?? null) !== expected) return false;
  if (value === null) database.prepare('DELETE FROM records WHERE kind = ? AND id = ?').run(recordKind, id);
  else
    database
      .prepare(
        `INSERT INTO records (kind, id, value, version, expires_at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (kind, id) DO UPDATE
         SET value = excluded.value, version = excluded.version, expires_at = excluded.expires_at`,
      )
      .run(recordKind, id, value, (expected ?? 0) + 1, expiresAt);
  return true;
};

/** All of them in one transaction; for each, whether it was written. */
const commit = (changes: readonly Change[]): Promise<boolean[]> =>
  whenNotBusy(patience, () => {
    const write = database.transaction(() =>
      changes.map((change) => (change.kind === 'record' ? writeRecord(change) : writeDocuments(change))),
    );
    return write.immediate();
  });

/** False where it was taken over under a higher fence already. */
const takeOver = ({ name, fence }: Lease): Promise<boolean> =>
  whenNotBusy(patience, () => {
    const take = database.transaction(() => {
      if (fenceOf(name) > fence) return false;
      database
        .prepare(
          `INSERT INTO records (kind, id, value, version) VALUES ('fence', ?, ?, 1)
           ON CONFLICT (kind, id) DO UPDATE SET value = excluded.value, version = version + 1`,
        )
        .run(name, String(fence));
      return true;
    });
    return take.immediate();
  });

/** A table of a list is named after its collection's table. */
const drop = async ({ name, table }: { name: string; table: string }): Promise<void> => {
  await whenNotBusy(patience, () => {
    const remove = database.transaction(() => {
      const found = database
        .prepare(`SELECT name FROM sqlite_master WHERE type = 'table' AND (name = ? OR name GLOB ?)`)
        .pluck()
        .all(table, `${table}_list_*`);
      for (const each of found) database.exec(`DROP TABLE ${each}`);
      database.prepare('DELETE FROM checkpoints WHERE name = ?').run(name);
      database.prepare(`DELETE FROM records WHERE kind = 'fence' AND id = ?`).run(name);
    });
    remove.immediate();
  });
  writers.delete(name);
};

const forgetRecords = ({ kind }: { kind: string }): Promise<void> =>
  whenNotBusy(patience, () => {
    database.prepare('DELETE FROM records WHERE kind = ?').run(kind);
  });

/** SQLite leaves what was removed where it lay, until something else needs the place; this writes the file anew. */
const scrub = (): Promise<void> =>
  whenNotBusy(patience, () => {
    database.exec('VACUUM');
    database.pragma('wal_checkpoint(TRUNCATE)');
  });

const close = (): void => {
  database.close();
};

export const operations = { open, prepare, commit, takeOver, drop, forgetRecords, scrub, close };
serveThread(operations);
