import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { v7 } from 'uuid';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startOfLog } from '../../src/events/ids.ts';
import { openSqliteEventLog } from '../../src/events/log/sqlite/sqliteEventLog.ts';
import type { StreamName } from '../../src/events/streams.ts';
import { newEvent } from '../support/newEvent.ts';
import { until } from '../support/until.ts';

interface Writer {
  readonly child: ChildProcess;
  readonly lines: string[];
  /** SIGKILL, unless it has ended. */
  kill(): Promise<void>;
}

describe('an event log in a SQLite file', () => {
  let folder: string;
  let file: string;
  let writers: Writer[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'darkroom-faults-'));
    file = join(folder, 'events.db');
    writers = [];
  });
  afterEach(async () => {
    for (const writer of writers) await writer.kill();
    rmSync(folder, { recursive: true });
  });

  const startWriter = async (...words: string[]): Promise<Writer> => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'test/support/logWriter.ts', ...words], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines: string[] = [];
    const ended = once(child, 'exit');
    createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
    const kill = async (): Promise<void> => {
      child.kill('SIGKILL');
      await ended;
    };
    const writer = { child, lines, kill };
    writers.push(writer);
    await until(() => expect(lines.length).toBeGreaterThan(0));
    return writer;
  };

  /** A loop of its own thread that does nothing; `stop` says by how much it was late at most, in milliseconds. */
  const startIdleLoop = () => {
    const thread = new Worker(
      `const loop = require('node:perf_hooks').monitorEventLoopDelay({ resolution: 5 });
       loop.enable();
       require('node:worker_threads').parentPort.once('message', function () { this.postMessage(loop.max / 1e6); });`,
      { eval: true },
    );
    const stop = async (): Promise<number> => {
      thread.postMessage('stop');
      const [late] = await once(thread, 'message');
      return Number(late);
    };
    return { stop };
  };

  it('has every acknowledged append after SIGKILL in the middle of appending, again and again', async () => {
    const acknowledged = new Set<string>();
    for (let time = 0; time < 3; time += 1) {
      const writer = await startWriter('append', file);
      const before = writer.lines.length;
      await until(() => expect(writer.lines.length).toBeGreaterThan(before + 200));
      await writer.kill();
      // The last line may have been cut in the middle.
      for (const line of writer.lines) if (/^[0-9a-f-]{36}$/.test(line)) acknowledged.add(line);
    }
    const log = await openSqliteEventLog(file);
    const kept = new Set<string>();
    for await (const { id } of log.readAll()) kept.add(id);
    await log.close();
    expect([...acknowledged].filter((id) => !kept.has(id))).toEqual([]);
    const database = new Database(file, { readonly: true });
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    database.close();
  });

  it('does not hold up the event loop while another process holds the write lock for 5 s', async () => {
    const log = await openSqliteEventLog(file);
    /**
     * The longest that the loop was held up while another process had the lock and an append waited for
     * it, in milliseconds; beside it that of a loop which does nothing, for a busy machine is late to both.
     */
    const heldUp = async (stream: StreamName) => {
      const loop = monitorEventLoopDelay({ resolution: 5 });
      const idle = startIdleLoop();
      const writer = await startWriter('lock', file, '5000');
      let appended = false;
      const appending = log.append(stream, 'no_stream', [newEvent({}, v7())]).then(() => {
        appended = true;
      });
      loop.enable();
      await until(() => expect(writer.lines).toContain('released'));
      loop.disable();
      await appending;
      expect(appended).toBe(true);
      return { ours: loop.max / 1e6, idle: await idle.stop() };
    };
    // A lock holds the loop up each time; whatever else this machine does holds it up now and then.
    const delays: Awaited<ReturnType<typeof heldUp>>[] = [];
    const isFree = ({ ours, idle }: (typeof delays)[number]): boolean => ours < Math.max(20, 2 * idle);
    for (const stream of ['job-1', 'job-2', 'job-3', 'job-4', 'job-5'] as const)
      if (!delays.some(isFree)) delays.push(await heldUp(stream));
    expect(delays).toSatisfy((all: typeof delays) => all.some(isFree));
    await log.close();
  });

  it('shows subscribers what another process appended within 50 ms', async () => {
    const log = await openSqliteEventLog(file);
    const writer = await startWriter('tell', file);
    const end = new AbortController();
    const delays: number[] = [];
    const following = (async () => {
      for await (const item of log.subscribe({ after: startOfLog, signal: end.signal }))
        if (item.kind === 'events')
          for (const { data, type } of item.events)
            if (type === 'SomethingHappened') delays.push(Date.now() - Number(data.sentAt));
    })();
    /** From before the other's append until here; the median of 21, for each of them may meet a busy machine. */
    const usualDelay = async (): Promise<number> => {
      delays.length = 0;
      for (let time = 1; time <= 21; time += 1) {
        writer.child.stdin?.write('tell\n');
        await until(() => expect(delays).toHaveLength(time));
      }
      return delays.toSorted((a, b) => a - b)[10] ?? Number.NaN;
    };
    const medians = [await usualDelay()];
    // Who looks too seldom is late each time; a busy machine is now and then.
    while (medians.length < 5 && Math.min(...medians) >= 50) medians.push(await usualDelay());
    end.abort();
    await following;
    await log.close();
    expect(Math.min(...medians)).toBeLessThan(50);
  });

  it('lets one of two processes win that append at the same revision', async () => {
    const racers = [await startWriter('race', file), await startWriter('race', file)];
    for (let revision = -1; revision < 20; revision += 1) {
      if (revision === -1) {
        const log = await openSqliteEventLog(file);
        await log.append('job-race', 'no_stream', [newEvent()]);
        await log.close();
        continue;
      }
      for (const { child } of racers) child.stdin?.write(`${revision}\n`);
      await until(() => {
        for (const { lines } of racers) expect(lines).toHaveLength(revision + 2);
      });
      expect(racers.map(({ lines }) => lines.at(-1)).toSorted()).toEqual(['lost', 'won']);
    }
  });

  it.each([
    ['no database', 'this is text '.repeat(50), /is no SQLite database/],
    ['a damaged database', `SQLite format 3\0${'\x7f'.repeat(4000)}`, /events\.db/],
  ])('refuses a file that is %s by one sentence, and leaves it as it was', async (_, bytes, sentence) => {
    writeFileSync(file, bytes);
    await expect(openSqliteEventLog(file)).rejects.toThrow(sentence);
    expect(readFileSync(file, 'utf8')).toBe(bytes);
  });

  it('refuses the database of another program, and leaves it as it was', async () => {
    const other = new Database(file);
    other.exec('CREATE TABLE things (id)');
    other.close();
    const bytes = readFileSync(file);
    await expect(openSqliteEventLog(file)).rejects.toThrow(/database of another program/);
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });
});
