import Database from 'better-sqlite3';
import type { ImageId } from '../src/events/ids.ts';
import type { EventLog, RecordedEvent } from '../src/events/log/eventLog.ts';
import { eventLogFormat } from '../src/events/log/sqlite/format.ts';
import { openSqliteEventLog } from '../src/events/log/sqlite/sqliteEventLog.ts';
import { recordedIn } from '../test/support/readLog.ts';
import { adas, openDesks } from '../test/support/story.ts';

export const eventsPerJob = 7;

const picture = {
  imageId: 'ab'.repeat(32) as ImageId,
  width: 768,
  height: 768,
  contentType: 'image/png',
  bytes: 9,
  seed: 7,
} as const;

type Desks = ReturnType<typeof openDesks>;
type Conversation = Awaited<ReturnType<Desks['commands']['startConversation']>>['conversationId'];

/** One picture from the message that asks for it to its end, by an engine that takes no time. */
export const drawOne = async ({ commands, desk }: Desks, conversationId: Conversation): Promise<void> => {
  const text = 'a lighthouse on a cliff in a storm';
  const { messageId, jobId } = await commands.postMessage(adas(), conversationId, { text, image: {} });
  await desk.queue(messageId);
  const claim = jobId === null ? null : await desk.claim(jobId, 'bench');
  if (claim === null) throw new Error('nobody else was there to claim the job');
  for (const step of [1, 12, 23])
    await desk.progress(claim, { step, steps: 24, stage: 'painting', preview: null });
  const standing = await desk.complete(claim, { images: [picture], engine: 'bench', model: 'bench-1' });
  if (standing === 'lost') throw new Error('the job was taken away from who drew it');
};

const checkLog = async (log: EventLog, total: number): Promise<RecordedEvent[]> => {
  const recorded = await recordedIn(log);
  const ofJobs = recorded.filter(({ stream }) => /^(job|message)-/.test(stream));
  const completed = ofJobs.filter(({ type }) => type === 'JobCompleted');
  if (ofJobs.length !== total * eventsPerJob || completed.length !== total)
    throw new Error(`${total} jobs left ${ofJobs.length} events, ${completed.length} of them completions`);
  return ofJobs;
};

export interface Run {
  readonly eventsPerSecond: number;
  readonly events: readonly RecordedEvent[];
}

/** Jobs through commands and desk, this many always in flight; and the events that they left. */
export const throughCommands = async (file: string, inFlight: number, total: number): Promise<Run> => {
  const log = await openSqliteEventLog(file);
  const desks = openDesks(log);
  const { conversationId } = await desks.commands.startConversation(adas(), { title: 'Bench' });
  let left = total;
  const begin = performance.now();
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (left > 0) {
        left -= 1;
        await drawOne(desks, conversationId);
      }
    }),
  );
  const seconds = (performance.now() - begin) / 1_000;
  const events = await checkLog(log, total);
  await log.close();
  return { eventsPerSecond: (total * eventsPerJob) / seconds, events };
};

/** The same events into the same table by better-sqlite3 alone, same pragmas, a transaction for each batch. */
export const bareRows = (file: string, events: readonly RecordedEvent[], batch: number): number => {
  const database = new Database(file);
  database.exec(eventLogFormat.schema);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  const insert = database.prepare(
    'INSERT INTO event (id, stream, revision, type, data, metadata, recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const write = database.transaction((rows: readonly RecordedEvent[]) => {
    for (const { id, stream, revision, type, data, metadata, recordedAt } of rows)
      insert.run(id, stream, revision, type, JSON.stringify(data), JSON.stringify(metadata), recordedAt);
  });
  const begin = performance.now();
  for (let from = 0; from < events.length; from += batch) write.immediate(events.slice(from, from + batch));
  const seconds = (performance.now() - begin) / 1_000;
  database.close();
  return events.length / seconds;
};
