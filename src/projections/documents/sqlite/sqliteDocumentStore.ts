import type { Json } from '../../../events/json.ts';
import { openForReading, UnopenableFile } from '../../../sqlite/openDatabase.ts';
import { startThread, ThreadError } from '../../../sqlite/thread.ts';
import { walBytes } from '../../../sqlite/walBytes.ts';
import {
  type Checkpoint,
  type DocumentReader,
  type DocumentStore,
  DocumentStoreUnavailable,
  type DocumentWrite,
  LeaseLost,
  type OperationalRecord,
} from '../documentStore.ts';
import { createReader } from './reader.ts';
import { rowsOf, type Tables, tableOf, tablesOf } from './tables.ts';
import type { Change, operations } from './writerThread.ts';

interface Waiting {
  readonly change: Change;
  readonly resolve: (written: boolean) => void;
  readonly reject: (cause: Error) => void;
}

const groupByCollection = (documents: readonly DocumentWrite[]): [string, DocumentWrite[]][] => {
  const groups = new Map<string, DocumentWrite[]>();
  for (const write of documents) {
    const group = groups.get(write.collection.name);
    if (group === undefined) groups.set(write.collection.name, [write]);
    else group.push(write);
  }
  return [...groups];
};

/** Opens the file, makes it where it is missing. @throws UnopenableFile */
export const openSqliteDocumentStore = async (file: string): Promise<DocumentStore> => {
  const thread = startThread<typeof operations>({ besides: import.meta.url, name: 'writerThread' });
  try {
    await thread.call('open', { file });
  } catch (cause) {
    await thread.stop();
    if (cause instanceof ThreadError && cause.code === 'unopenable_file')
      throw new UnopenableFile(cause.message, { cause });
    throw cause;
  }
  const reading = openForReading(file);
  const snapshotting = openForReading(file);
  const reader = createReader(reading);
  const snapshotReader = createReader(snapshotting);
  const tables = new Map<string, Tables>();

  const canNotWrite = (cause: unknown): DocumentStoreUnavailable => {
    const message = cause instanceof Error ? cause.message : String(cause);
    return new DocumentStoreUnavailable(`the document store ${file} can not write: ${message}`, { cause });
  };

  // Changes that come while one transaction is under way share the next.
  let waiting: Waiting[] = [];
  let committing: Promise<void> | null = null;
  const commitAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      try {
        const written = await thread.call(
          'commit',
          group.map(({ change }) => change),
        );
        for (const [index, { resolve }] of group.entries()) resolve(written[index] ?? false);
      } catch (cause) {
        const error = canNotWrite(cause);
        for (const { reject } of group) reject(error);
      }
    }
    committing = null;
  };
  const commit = (change: Change): Promise<boolean> =>
    new Promise((resolve, reject) => {
      waiting.push({ change, resolve, reject });
      committing ??= commitAll();
    });

  const tablesFor = (name: string): Tables => {
    const found = tables.get(name);
    if (found === undefined) throw new Error(`collection ${name} was not prepared`);
    return found;
  };

  let snapshots: Promise<unknown> = Promise.resolve();
  const snapshot = <Result>(read: (from: DocumentReader) => Promise<Result>): Promise<Result> => {
    const run = async (): Promise<Result> => {
      snapshotting.exec('BEGIN');
      try {
        return await read(snapshotReader);
      } finally {
        snapshotting.exec('COMMIT');
      }
    };
    // One after the other, for they share a connection; each is over within microseconds.
    const result = snapshots.then(run, run);
    snapshots = result;
    return result;
  };

  return {
    ...reader,
    snapshot,
    async prepare(collections) {
      const prepared = collections.map((collection) => ({
        name: collection.name,
        tables: tablesOf(collection),
      }));
      await thread.call('prepare', prepared);
      for (const each of prepared) tables.set(each.name, each.tables);
    },
    async write(documents, checkpoints, leases = []) {
      const collections = groupByCollection(documents).map(([name, writes]) =>
        rowsOf(name, tablesFor(name), writes),
      );
      const written = await commit({ kind: 'documents', collections, checkpoints, leases });
      if (!written) throw new LeaseLost(leases.map(({ name }) => name).join(', '));
    },
    async takeOver(lease) {
      const taken = await thread.call('takeOver', lease).catch((cause: unknown) => {
        throw canNotWrite(cause);
      });
      if (!taken) throw new LeaseLost(lease.name);
      return reader.checkpoint(lease.name);
    },
    async checkpoints() {
      const found = reading.prepare('SELECT name, log_id AS logId, position FROM checkpoints ORDER BY name');
      return found.all() as Checkpoint[];
    },
    async drop(collection) {
      await thread.call('drop', { name: collection, table: tableOf(collection) }).catch((cause: unknown) => {
        throw canNotWrite(cause);
      });
      tables.delete(collection);
    },
    async readRecord(kind, id): Promise<OperationalRecord | null> {
      const row = reading
        .prepare(
          'SELECT value, version FROM records WHERE kind = ? AND id = ? AND (expires_at IS NULL OR expires_at > ?)',
        )
        .raw()
        .get(kind, id, Date.now());
      if (!Array.isArray(row)) return null;
      const [value, version] = row;
      return { value: JSON.parse(String(value)), version: Number(version) };
    },
    async writeRecord(kind, id, expected, value: Json, expiresAt) {
      const written = await commit({
        kind: 'record',
        recordKind: kind,
        id,
        expected,
        value: value === null ? null : JSON.stringify(value),
        expiresAt: expiresAt ?? null,
        now: Date.now(),
      });
      return written ? 'written' : 'conflict';
    },
    async forgetRecords(kind) {
      await thread.call('forgetRecords', { kind }).catch((cause: unknown) => {
        throw canNotWrite(cause);
      });
    },
    async scrub() {
      await thread.call('scrub', undefined).catch((cause: unknown) => {
        throw canNotWrite(cause);
      });
    },
    walBytes: () => walBytes(file),
    async close() {
      await committing;
      await snapshots.catch(() => undefined);
      // The writer last: only who can write folds the write-ahead log into the file.
      reading.close();
      snapshotting.close();
      await thread.call('close', undefined);
      await thread.stop();
    },
  };
};
