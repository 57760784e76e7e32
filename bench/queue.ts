import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteEventLog } from '../src/events/log/sqlite/sqliteEventLog.ts';
import { projections as all } from '../src/projections/all.ts';
import { openSqliteDocumentStore } from '../src/projections/documents/sqlite/sqliteDocumentStore.ts';
import { openReadModel } from '../src/projections/reading/openReadModel.ts';
import { startProjections } from '../src/projections/runner.ts';
import { ada, openHistory } from '../test/support/happened.ts';
import { appendAll } from './fill.ts';
import { type BenchTable, median } from './table.ts';

const repetitions = 5;
const changes = 100;

/** Milliseconds of one change: appended, projected into every document, and read as subscribers are sent it. */
const measure = async (waiting: number): Promise<number[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-bench-'));
  const log = await openSqliteEventLog(join(folder, 'events.db'));
  const documents = await openSqliteDocumentStore(join(folder, 'documents.db'));
  const runner = await startProjections({
    ...{ log, documents, projections: all },
    onStopped: ({ name, reason }) => {
      throw new Error(`${name} stopped: ${reason}`);
    },
    onTrouble: (cause) => {
      throw cause;
    },
  });
  const readModel = openReadModel(documents, runner, all);
  const history = openHistory();
  for (let n = 1; n <= waiting; n += 1) history.queued(n);
  await appendAll(log, history.events);
  await runner.whenProcessed(await log.head(), 600_000);
  const medians: number[] = [];
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    const times: number[] = [];
    for (let change = 0; change < changes; change += 1) {
      const before = await log.head();
      const event = history.queued(waiting + 1 + repetition * changes + change);
      const begin = performance.now();
      await appendAll(log, [event]);
      await runner.whenProcessed(await log.head(), 10_000);
      const { rows } = await readModel.timeline({ scope: 'queue' }, ada.id, before, 200);
      times.push(performance.now() - begin);
      if (rows.length !== 1) throw new Error(`one change was expected, not ${rows.length}`);
    }
    medians.push(median(times));
  }
  await runner.stop();
  await documents.close();
  await log.close();
  rmSync(folder, { recursive: true });
  return medians;
};

export const benchQueue = async (): Promise<BenchTable> => {
  const few = await measure(10);
  const many = await measure(100_000);
  const row = (waiting: number, times: readonly number[]) => ({
    waiting,
    'ms a change': median(times).toFixed(2),
    spread: `${Math.min(...times).toFixed(2)} to ${Math.max(...times).toFixed(2)}`,
    'times the first': (median(times) / median(few)).toFixed(2),
  });
  return { name: 'queue: one change, for the server', rows: [row(10, few), row(100_000, many)] };
};
