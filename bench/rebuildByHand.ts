import Database from 'better-sqlite3';
import { decode } from '../src/events/catalogue.ts';
import { positionOf } from '../src/events/ids.ts';
import type { RecordedEvent } from '../src/events/log/eventLog.ts';
import type { DocumentWrite } from '../src/projections/documents/documentStore.ts';
import { columnOf, keyOf, rowsOf, tablesOf } from '../src/projections/documents/sqlite/tables.ts';
import type { AnyProjection, Positioned } from '../src/projections/projection.ts';

/** Events in a batch: as many as the log gives the projections at once when they are far behind. */
const batch = 1_024;

type Row = readonly [number, string, string, number, string, string, string, string];

const recorded = ([position, id, stream, revision, type, data, metadata, recordedAt]: Row): RecordedEvent =>
  ({
    ...{ id, stream, revision, type, recordedAt, position: positionOf(position) },
    ...{ data: JSON.parse(data), metadata: JSON.parse(metadata) },
  }) as RecordedEvent;

/** One projection into its table, every document of it in memory. */
const openTable = (database: Database.Database, projection: AnyProjection) => {
  const { collection } = projection;
  const tables = tablesOf(collection);
  for (const statement of tables.schema) database.exec(statement);
  const columns = ['position', 'body', ...tables.fields.map((field) => columnOf(field, collection))];
  const all = collection.byPosition ? columns : ['id', ...columns];
  const upsert = database.prepare(
    `INSERT INTO ${tables.table} (${all.join(', ')}) VALUES (${all.map(() => '?').join(', ')})
     ON CONFLICT (${keyOf(collection)}) DO UPDATE SET ${columns.map((each) => `${each} = excluded.${each}`).join(', ')}`,
  );
  const lists = tables.listIndexes.map(({ table, fields }) => ({
    places: fields.map((field) => all.indexOf(columnOf(field, collection))),
    clear: collection.byPosition ? null : database.prepare(`DELETE FROM ${table} WHERE id = ?`),
    add: database.prepare(`INSERT INTO ${table} VALUES (${['?', ...fields.map(() => '?'), '?'].join(', ')})`),
  }));
  const documents = new Map<string, Positioned | null>();
  let changed = new Map<string, DocumentWrite>();
  return {
    fold(event: Parameters<AnyProjection['keys']>[0]): void {
      for (const id of projection.keys(event)) {
        const before = projection.writtenOnce ? null : (documents.get(id) ?? null);
        const after = projection.apply(before, event, id);
        if (after === before) continue;
        if (!projection.writtenOnce) documents.set(id, after);
        const body = after as (Positioned & DocumentWrite['body']) | null;
        changed.set(id, { collection, id, position: after?.position ?? event.position, body });
      }
    },
    write(): void {
      const { rows, entries } = rowsOf(collection.name, tables, [...changed.values()]);
      for (const [number, row] of rows.entries()) {
        upsert.run(row);
        for (const [index, { clear, add, places }] of lists.entries()) {
          clear?.run(row[0]);
          for (const entry of entries[number]?.[index] ?? [])
            add.run(entry, ...places.map((place) => row[place]), row[0]);
        }
      }
      changed = new Map();
    },
  };
};

/**
 * What one would write without Darkroom: one loop that reads rows of the log, parses them, folds them by the
 * same pure functions, and writes each batch's documents in one transaction by the bare driver. Nothing of it
 * goes on after a crash, and while it runs it does nothing else.
 */
export const rebuildByHand = (
  eventsFile: string,
  documentsFile: string,
  projections: readonly AnyProjection[],
): void => {
  const events = new Database(eventsFile, { readonly: true });
  const database = new Database(documentsFile);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = NORMAL');
  database.pragma('cache_size = -65536');
  const tables = projections.map((projection) => openTable(database, projection));
  const read = events
    .prepare<[number, number], Row>(
      `SELECT position, id, stream, revision, type, data, metadata, recorded_at FROM event
       WHERE position > ? ORDER BY position LIMIT ?`,
    )
    .raw();
  const write = database.transaction(() => {
    for (const table of tables) table.write();
  });
  for (let after = 0; ; ) {
    const rows = read.all(after, batch);
    for (const row of rows) {
      const event = decode(recorded(row));
      if (event !== null) for (const table of tables) table.fold(event);
    }
    write.immediate();
    const last = rows.at(-1);
    if (last === undefined) break;
    [after] = last;
  }
  database.close();
  events.close();
};
