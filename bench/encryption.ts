import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 } from 'uuid';
import { encryptedEventLog } from '../src/events/log/encryption/encryptedEventLog.ts';
import { openFolderKeyStore } from '../src/events/log/encryption/folderKeyStore.ts';
import { createKeyRing } from '../src/events/log/encryption/keyRing.ts';
import type { EventLog, NewEvent } from '../src/events/log/eventLog.ts';
import { openSqliteEventLog } from '../src/events/log/sqlite/sqliteEventLog.ts';
import type { StreamName } from '../src/events/streams.ts';
import { request } from '../test/support/happened.ts';
import { newEvent } from '../test/support/newEvent.ts';
import { type BenchTable, median } from './table.ts';

const repetitions = 5;
const total = 20_000;
const inFlight = 100;
const people = 50;

/** Messages with a picture, which have more personal fields than anything else. */
const messageOf = (person: string): NewEvent => {
  const author = { id: person, name: `Person ${person}` };
  const [messageId, conversationId, jobId] = [v7(), v7(), v7()];
  const text = 'Could somebody draw the lighthouse that we saw on the cliff, in a storm, by night?';
  const image = { jobId, request: { ...request }, priority: 0 };
  const event = newEvent({ messageId, conversationId, author, text, metadata: { mood: 'dark' }, image });
  return { ...event, type: 'MessagePosted', metadata: { ...event.metadata, actor: author } };
};

const append = async (log: EventLog): Promise<number> => {
  let left = total;
  const begin = performance.now();
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (left > 0) {
        left -= 1;
        const event = messageOf(`p${left % people}`);
        await log.append(`message-${event.id}` as StreamName, 'no_stream', [event]);
      }
    }),
  );
  return total / ((performance.now() - begin) / 1000);
};

const read = async (log: EventLog): Promise<number> => {
  const begin = performance.now();
  let events = 0;
  for await (const event of log.readAll()) if (event.data.text !== '') events += 1;
  if (events !== total + 1) throw new Error(`${events} events were read whole, not ${total + 1}`);
  return total / ((performance.now() - begin) / 1000);
};

const openEncrypted = async (folder: string): Promise<EventLog> =>
  encryptedEventLog(
    await openSqliteEventLog(join(folder, 'encrypted.db')),
    createKeyRing(await openFolderKeyStore(join(folder, 'keys')), () => performance.now()),
  );

const spread = (found: readonly number[]): string =>
  `${Math.round(Math.min(...found))} to ${Math.round(Math.max(...found))}`;

export const benchEncryption = async (): Promise<BenchTable> => {
  const found = { appended: [] as number[], read: [] as number[] };
  const plain = { appended: [] as number[], read: [] as number[] };
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    const folder = mkdtempSync(join(tmpdir(), 'darkroom-bench-'));
    const bare = await openSqliteEventLog(join(folder, 'plain.db'));
    const encrypted = await openEncrypted(folder);
    for (const [log, into] of [
      [bare, plain],
      [encrypted, found],
    ] as const) {
      into.appended.push(await append(log));
      into.read.push(await read(log));
      await log.close();
    }
    rmSync(folder, { recursive: true });
  }
  const row = (what: string, ours: readonly number[], beside: readonly number[]) => ({
    what,
    'encrypted, 1/s': Math.round(median(ours)),
    spread: spread(ours),
    'plain, 1/s': Math.round(median(beside)),
    ratio: (median(ours) / median(beside)).toFixed(2),
  });
  return {
    name: `encryption: messages with a picture, of ${people} people`,
    rows: [
      row(`durable appends, ${inFlight} in flight`, found.appended, plain.appended),
      row('read and decrypted', found.read, plain.read),
    ],
  };
};
