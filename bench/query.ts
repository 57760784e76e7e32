import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { EventLog } from '../src/events/log/eventLog.ts';
import { openSqliteEventLog } from '../src/events/log/sqlite/sqliteEventLog.ts';
import { projections as all } from '../src/projections/all.ts';
import { openSqliteDocumentStore } from '../src/projections/documents/sqlite/sqliteDocumentStore.ts';
import { columnOf, tableOf } from '../src/projections/documents/sqlite/tables.ts';
import { openPast } from '../src/projections/reading/openPast.ts';
import { openReadModel } from '../src/projections/reading/openReadModel.ts';
import { startProjections } from '../src/projections/runner.ts';
import { timeline } from '../src/projections/timeline.ts';
import { ada, conversationNumber, jobNumber, messageNumber } from '../test/support/happened.ts';
import { fillLog } from './fill.ts';
import { type BenchTable, median } from './table.ts';

/** Conversations of a hundred jobs, of ten events each. */
const jobsInConversation = 100;
const eventsInJob = 10;
const eventsInConversation = jobsInConversation * eventsInJob;
/** Numbers of events to compare; the last as many as the promise is about. */
const sizes = [10_000, 100_000, 1_000_000] as const;
/** Conversations that are appended together. */
const atOnce = 20;
const asks = 200;
const page = 50;

const fill = async (log: EventLog, from: number, until: number): Promise<void> => {
  for (let first = from + 1; first <= until; first += atOnce) {
    const numbers = Array.from({ length: Math.min(atOnce, until - first + 1) }, (_, index) => first + index);
    await Promise.all(numbers.map((n) => fillLog(log, jobsInConversation, n, (n - 1) * jobsInConversation)));
  }
};

interface Question {
  readonly what: string;
  /** Its n-th repetition is about another thing each time; how many it found. */
  readonly ask: (n: number) => Promise<number>;
  readonly finds: number;
}

const timesOf = async ({ what, ask, finds }: Question): Promise<number[]> => {
  const times: number[] = [];
  for (let n = 0; n < asks; n += 1) {
    const begin = performance.now();
    const found = await ask(n);
    times.push(performance.now() - begin);
    if (found !== finds) throw new Error(`${what}: ${finds} were to be found, not ${found}`);
  }
  return times;
};

const open = async (folder: string) => {
  const log = await openSqliteEventLog(join(folder, 'events.db'));
  const file = join(folder, 'documents.db');
  const documents = await openSqliteDocumentStore(file);
  const runner = await startProjections({
    ...{ log, documents, projections: all },
    onStopped: ({ name, reason }) => {
      throw new Error(`${name} stopped: ${reason}`);
    },
    onTrouble: (cause) => {
      throw cause;
    },
  });
  const bare = new Database(file, { readonly: true });
  const close = async (): Promise<void> => {
    bare.close();
    await runner.stop();
    await documents.close();
    await log.close();
  };
  return {
    log,
    runner,
    bare,
    close,
    past: openPast(documents),
    readModel: openReadModel(documents, runner, all),
  };
};
type Opened = Awaited<ReturnType<typeof open>>;

/** Asked of things all over the log; each answer is written as JSON too, as it would be sent. */
const questionsOf = ({ past, readModel, bare }: Opened, events: number): readonly Question[] => {
  const conversations = events / eventsInConversation;
  const jobs = conversations * jobsInConversation;
  const some = (n: number, of: number): number => 1 + ((n * 7_919) % of);
  const sent = (items: readonly unknown[]): number => (JSON.stringify(items).length > 0 ? items.length : 0);
  const bareRows = bare
    .prepare(
      `SELECT body FROM ${tableOf(timeline.collection.name)} WHERE ${columnOf('jobId')} = ? ORDER BY ${columnOf('position', timeline.collection)} LIMIT ${page + 1}`,
    )
    .pluck();
  return [
    {
      what: 'bare SQLite: rows of a job, parsed',
      ask: async (n) => bareRows.all(jobNumber(some(n, jobs))).map((body) => JSON.parse(String(body))).length,
      finds: eventsInJob,
    },
    {
      what: 'audit by job, with what changed',
      ask: async (n) => sent((await past.events({ job: jobNumber(some(n, jobs)) }, page)).events),
      finds: eventsInJob,
    },
    {
      what: 'audit by conversation, with what changed',
      ask: async (n) => {
        const conversation = conversationNumber(some(n, conversations));
        return sent((await past.events({ conversation }, page)).events);
      },
      finds: page,
    },
    {
      what: 'messages page',
      ask: async (n) =>
        sent((await readModel.messages(conversationNumber(some(n, conversations)), { limit: page })).items),
      finds: page,
    },
    {
      what: 'a message as of the middle of the log',
      ask: async (n) => {
        const number = some(n, jobs / 2);
        const at = String(events / 2 + 1).padStart(20, '0');
        return (await past.message(messageNumber(number), at as Parameters<typeof past.message>[1])) === null
          ? 0
          : 1;
      },
      finds: 1,
    },
    {
      what: 'the queue as of the middle of the log',
      ask: async () => {
        const at = String(events / 2 + 1).padStart(20, '0');
        return (await past.queue(ada.id, page, at as Parameters<typeof past.message>[1])).waiting;
      },
      finds: 0,
    },
  ];
};

const percentile = (times: readonly number[], share: number): number =>
  times.toSorted((a, b) => a - b)[Math.floor(share * (times.length - 1))] ?? Number.NaN;

/** Questions to the past, in logs that grow a hundredfold: an answer must cost what it tells, not the log. */
export const benchQuery = async (): Promise<BenchTable> => {
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-bench-'));
  const opened = await open(folder);
  const found = new Map<string, number[]>();
  const rows: BenchTable['rows'][number][] = [];
  let conversations = 0;
  for (const events of sizes) {
    const begin = performance.now();
    await fill(opened.log, conversations, events / eventsInConversation);
    await opened.runner.whenProcessed(await opened.log.head(), 3_600_000);
    const filled = events - conversations * eventsInConversation;
    const perSecond = Math.round((1000 * filled) / (performance.now() - begin));
    process.stdout.write(`${events} events are there (${perSecond} events/s appended and projected)\n`);
    conversations = events / eventsInConversation;
    for (const question of questionsOf(opened, events)) {
      const times = await timesOf(question);
      const earlier = found.get(question.what);
      found.set(question.what, earlier ?? times);
      rows.push({
        what: question.what,
        events,
        'p50 ms': median(times).toFixed(2),
        'p95 ms': percentile(times, 0.95).toFixed(2),
        'times the first': (median(times) / median(earlier ?? times)).toFixed(2),
      });
    }
  }
  await opened.close();
  rmSync(folder, { recursive: true });
  return {
    name: 'query: questions to the past',
    rows: rows.toSorted((a, b) => String(a.what).localeCompare(String(b.what))),
  };
};
