import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AnyBulkWriteOperation, MongoClient } from 'mongodb';
import type { EventLog } from '../src/events/log/eventLog.ts';
import { openSqliteEventLog } from '../src/events/log/sqlite/sqliteEventLog.ts';
import { projections } from '../src/projections/all.ts';
import type { DocumentStore } from '../src/projections/documents/documentStore.ts';
import {
  checkpointsOf,
  documentsOf,
  type StoredDocument,
  stored,
} from '../src/projections/documents/mongodb/layout.ts';
import { startProjections } from '../src/projections/runner.ts';
import { dumpMongodb, openTemporaryMongodb } from '../test/support/mongodb/temporaryMongodb.ts';
import { testServer } from '../test/support/mongodb/testServer.ts';
import { fillLog } from './fill.ts';
import { type BenchTable, median } from './table.ts';

const repetitions = 5;
const jobs = 500;

type Batch = Parameters<DocumentStore['write']>;

/** Projects the whole log; keeps what was written, batch by batch. */
const project = async (
  log: EventLog,
  documents: DocumentStore,
): Promise<{ ms: number; batches: Batch[] }> => {
  const batches: Batch[] = [];
  const write: DocumentStore['write'] = (...batch) => {
    batches.push(batch);
    return documents.write(...batch);
  };
  const begin = performance.now();
  const runner = await startProjections({
    ...{ log, projections, documents: { ...documents, write } },
    onStopped: ({ name, reason }) => {
      throw new Error(`${name} stopped: ${reason}`);
    },
    // A loaded machine may be late; what went wrong shows in the documents, which are compared.
    onTrouble: () => undefined,
  });
  await runner.whenProcessed(await log.head(), 600_000);
  const ms = performance.now() - begin;
  await runner.stop();
  return { ms, batches };
};

/** The same operations in the same batches by the bare driver: nothing is read, folded or made into documents. */
const writeBare = async (url: string, batches: readonly Batch[]): Promise<number> => {
  const client = new MongoClient(url, { writeConcern: { w: 'majority' } });
  const database = client.db();
  const ready = batches.map(([documents, checkpoints]) => {
    const operations = new Map<string, AnyBulkWriteOperation<StoredDocument>[]>();
    for (const write of documents) {
      const { _id, ...replacement } = stored(write, 1);
      const of = operations.get(write.collection.name) ?? [];
      of.push({
        replaceOne: { filter: { _id, position: { $lt: write.position } }, replacement, upsert: true },
      });
      operations.set(write.collection.name, of);
    }
    return { operations: [...operations], checkpoints };
  });
  await client.connect();
  const begin = performance.now();
  for (const { operations, checkpoints } of ready) {
    await Promise.all(
      operations.map(([name, all]) => documentsOf(database, name).bulkWrite(all, { ordered: false })),
    );
    await Promise.all(
      checkpoints.map(({ name, logId, position }) =>
        checkpointsOf(database).updateOne({ _id: name }, { $set: { logId, position } }, { upsert: true }),
      ),
    );
  }
  const ms = performance.now() - begin;
  await client.close();
  return ms;
};

/** All documents of a log into MongoDB, beside the bare driver writing the same bulk operations. */
export const benchMongodb = async (): Promise<BenchTable> => {
  if ('missing' in testServer) throw new Error(`no MongoDB to measure: ${testServer.missing}`);
  const server = await testServer.start();
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-bench-'));
  const log = await openSqliteEventLog(join(folder, 'events.db'));
  await fillLog(log, jobs);
  const names = projections.map(({ collection }) => collection.name);
  const ours: number[] = [];
  const bare: number[] = [];
  let operations = 0;
  // The first is not counted: a server that has just been started becomes faster.
  for (let repetition = 0; repetition <= repetitions; repetition += 1) {
    const [one, other] = [await openTemporaryMongodb(server.url), await openTemporaryMongodb(server.url)];
    const { ms, batches } = await project(log, one.documents);
    await other.documents.prepare(projections.map(({ collection }) => collection));
    const bareMs = await writeBare(other.url, batches);
    const [made, written] = [await dumpMongodb(one.url, names), await dumpMongodb(other.url, names)];
    if (JSON.stringify(made) !== JSON.stringify(written))
      throw new Error('the bare driver has written other documents');
    operations = batches.reduce((sum, [documents]) => sum + documents.length, 0);
    if (repetition > 0) {
      ours.push(operations / ms);
      bare.push(operations / bareMs);
    }
    await one.cleanup();
    await other.cleanup();
  }
  await log.close();
  await server.stop();
  rmSync(folder, { recursive: true });
  const perSecond = (rate: number): number => Math.round(1000 * rate);
  const row = (what: string, rates: readonly number[]) => ({
    what,
    'documents written': operations,
    'documents/s': perSecond(median(rates)),
    spread: `${perSecond(Math.min(...rates))} to ${perSecond(Math.max(...rates))}`,
    ratio: (median(rates) / median(bare)).toFixed(2),
  });
  return {
    name: `mongodb: every document of ${10 * jobs} events, w: majority, on ${testServer.name}`,
    rows: [
      row('bare driver, the same operations in the same batches', bare),
      row('read the log, fold, write', ours),
    ],
  };
};
