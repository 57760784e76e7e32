import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import Database from 'better-sqlite3';
import { v7 } from 'uuid';
import { eventLogFormat } from '../src/events/log/sqlite/format.ts';
import { openSqliteEventLog } from '../src/events/log/sqlite/sqliteEventLog.ts';
import { newEvent } from '../test/support/newEvent.ts';
import { type BenchTable, median } from './table.ts';

const repetitions = 5;
const data = { prompt: 'a lighthouse on a cliff in a storm', width: 768, height: 768, steps: 24, seed: 7 };

interface Run {
  readonly perSecond: number;
  /** 99th percentile of the event loop's delay, in milliseconds. */
  readonly delay: number;
}

/** Appends through the log, this many always in flight, one event each, on distinct streams. */
const ours = async (file: string, inFlight: number, total: number): Promise<Run> => {
  const log = await openSqliteEventLog(file);
  const loop = monitorEventLoopDelay({ resolution: 1 });
  let left = total;
  const begin = performance.now();
  loop.enable();
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (left > 0) {
        left -= 1;
        const event = newEvent(data);
        await log.append(`job-${event.id}`, 'no_stream', [event]);
      }
    }),
  );
  loop.disable();
  const seconds = (performance.now() - begin) / 1000;
  await log.close();
  return { perSecond: total / seconds, delay: loop.percentile(99) / 1e6 };
};

/** The same rows into the same table by better-sqlite3 alone, a transaction for each batch, same pragmas. */
const bare = (file: string, batch: number, total: number): number => {
  const database = new Database(file);
  database.exec(eventLogFormat.schema);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  const insert = database.prepare(
    'INSERT INTO event (id, stream, revision, type, data, metadata, recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const write = database.transaction(() => {
    for (let row = 0; row < batch; row += 1) {
      const { id, type, data: body, metadata } = newEvent(data, v7());
      const recordedAt = new Date().toISOString();
      insert.run(id, `job-${id}`, 0, type, JSON.stringify(body), JSON.stringify(metadata), recordedAt);
    }
  });
  const begin = performance.now();
  for (let done = 0; done < total; done += batch) write.immediate();
  const seconds = (performance.now() - begin) / 1000;
  database.close();
  return total / seconds;
};

export const benchAppend = async (): Promise<BenchTable> => {
  const rows: Record<string, string | number>[] = [];
  for (const [inFlight, total] of [
    [1, 1_000],
    [10, 5_000],
    [100, 30_000],
  ] as const) {
    const our: Run[] = [];
    const theirs: number[] = [];
    for (let repetition = 0; repetition < repetitions; repetition += 1) {
      const folder = mkdtempSync(join(tmpdir(), 'darkroom-bench-'));
      our.push(await ours(join(folder, 'events.db'), inFlight, total));
      theirs.push(bare(join(folder, 'bare.db'), inFlight, total));
      rmSync(folder, { recursive: true });
    }
    const speeds = our.map(({ perSecond }) => perSecond);
    rows.push({
      'in flight': inFlight,
      'appends/s': Math.round(median(speeds)),
      spread: `${Math.round(Math.min(...speeds))} to ${Math.round(Math.max(...speeds))}`,
      'bare better-sqlite3, rows/s in batches of as many': Math.round(median(theirs)),
      ratio: (median(speeds) / median(theirs)).toFixed(2),
      'p99 loop delay ms': median(our.map(({ delay }) => delay)).toFixed(1),
    });
  }
  return { name: 'append: durable appends (WAL, synchronous FULL, both sides)', rows };
};
