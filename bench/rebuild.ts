import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { decode } from '../src/events/catalogue.ts';
import type { EventLog } from '../src/events/log/eventLog.ts';
import { openSqliteEventLog } from '../src/events/log/sqlite/sqliteEventLog.ts';
import { projections } from '../src/projections/all.ts';
import { openSqliteDocumentStore } from '../src/projections/documents/sqlite/sqliteDocumentStore.ts';
import { startProjections } from '../src/projections/runner.ts';
import { fillLog } from './fill.ts';
import { type BenchTable, median } from './table.ts';

const repetitions = 5;
const jobs = 20_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const heapMegabytes = (): number => {
  collectGarbage();
  return Math.round(process.memoryUsage().heapUsed / 2 ** 20);
};

const readAndParse = async (log: EventLog): Promise<{ ms: number; events: number }> => {
  const begin = performance.now();
  let events = 0;
  for await (const recorded of log.readAll()) if (decode(recorded) !== null) events += 1;
  return { ms: performance.now() - begin, events };
};

const rebuild = async (log: EventLog, file: string): Promise<{ ms: number; heap: number }> => {
  const documents = await openSqliteDocumentStore(file);
  const begin = performance.now();
  const runner = await startProjections({
    ...{ log, documents, projections },
    onStopped: ({ name, reason }) => {
      throw new Error(`${name} stopped: ${reason}`);
    },
    onTrouble: (cause) => {
      throw cause;
    },
  });
  await runner.whenProcessed(await log.head(), 600_000);
  const ms = performance.now() - begin;
  const heap = heapMegabytes();
  await runner.stop();
  await documents.close();
  return { ms, heap };
};

/** All documents from 200,000 events, beside only reading and parsing them through the same log. */
export const benchRebuild = async (): Promise<BenchTable> => {
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-bench-'));
  const log = await openSqliteEventLog(join(folder, 'events.db'));
  await fillLog(log, jobs);
  const heapBefore = heapMegabytes();
  const reading: number[] = [];
  const projecting: number[] = [];
  let heapAfter = 0;
  let events = 0;
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    const read = await readAndParse(log);
    events = read.events;
    reading.push(read.ms);
    const rebuilt = await rebuild(log, join(folder, `documents-${repetition}.db`));
    projecting.push(rebuilt.ms);
    heapAfter = rebuilt.heap;
  }
  await log.close();
  rmSync(folder, { recursive: true });
  const perSecond = (ms: number): number => Math.round((1000 * events) / ms);
  const row = (what: string, times: readonly number[]) => ({
    what,
    events,
    'events/s': perSecond(median(times)),
    spread: `${perSecond(Math.max(...times))} to ${perSecond(Math.min(...times))}`,
    ratio: (median(reading) / median(times)).toFixed(2),
    'heap MB before, after': `${heapBefore}, ${heapAfter}`,
  });
  return {
    name: 'rebuild: every document from the log',
    rows: [row('read and parse only', reading), row('project into all documents', projecting)],
  };
};
