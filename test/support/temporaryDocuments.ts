import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { DocumentStore } from '../../src/projections/documents/documentStore.ts';
import { openSqliteDocumentStore } from '../../src/projections/documents/sqlite/sqliteDocumentStore.ts';

export interface TemporaryDocuments {
  readonly documents: DocumentStore;
  readonly file: string;
  /** Closes the store and removes its folder. */
  cleanup(): Promise<void>;
}

/** A new document store in a folder of its own, so that tests run beside each other. */
export const openTemporaryDocuments = async (): Promise<TemporaryDocuments> => {
  const folder = await mkdtemp(join(tmpdir(), 'darkroom-documents-'));
  const file = join(folder, 'documents.db');
  const documents = await openSqliteDocumentStore(file);
  return {
    documents,
    file,
    async cleanup() {
      await documents.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

/** Every document of a store's file, byte for byte: what two runs are compared by. */
export const dumpDocuments = (file: string): Record<string, unknown[]> => {
  const database = new Database(file, { readonly: true });
  try {
    const tables = database
      .prepare(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND (name LIKE 'documents\\_%' ESCAPE '\\' OR name = 'checkpoints') ORDER BY name",
      )
      .pluck()
      .all()
      .map(String);
    const rowsOf = (table: string): unknown[] => {
      const all = `SELECT * FROM ${table}`;
      // Tables have different columns: the timeline's has two.
      const columns = database.prepare(all).columns();
      return database
        .prepare(`${all} ORDER BY ${columns.map((_, at) => at + 1).join(', ')}`)
        .raw()
        .all();
    };
    return Object.fromEntries(tables.map((table) => [table, rowsOf(table)]));
  } finally {
    database.close();
  }
};

/** Id, position and body of every document, by collection, and the checkpoints: what two stores are compared by. */
export const dumpSqlite = (file: string, collections: readonly string[]): Record<string, unknown[]> => {
  const database = new Database(file, { readonly: true });
  const rowsOf = (table: string, fields: string): unknown[] =>
    database.prepare(`SELECT ${fields} FROM ${table} ORDER BY 1`).raw().all();
  /** Where the position is the id, it is kept once, as a number. */
  const documentsOf = (name: string): unknown[] => {
    const table = `documents_${name}`;
    const columns = database.prepare(`SELECT * FROM ${table}`).columns();
    if (columns.some((column) => column.name === 'id')) return rowsOf(table, 'id, position, body');
    const padded = "printf('%020d', position)";
    return rowsOf(table, `${padded}, ${padded}, body`);
  };
  try {
    return Object.fromEntries([
      ['checkpoints', rowsOf('checkpoints', 'name, log_id, position')],
      ...collections.map((name) => [name, documentsOf(name)]),
    ]);
  } finally {
    database.close();
  }
};
