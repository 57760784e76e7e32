import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { JobId } from '../../../src/events/ids.ts';
import { type CopyProgress, CopyRefused, copyLog } from '../../../src/events/log/copyLog.ts';
import { encryptedEventLog } from '../../../src/events/log/encryption/encryptedEventLog.ts';
import { openFolderKeyStore } from '../../../src/events/log/encryption/folderKeyStore.ts';
import { createKeyRing } from '../../../src/events/log/encryption/keyRing.ts';
import { type EventLog, EventLogUnavailable, type RecordedEvent } from '../../../src/events/log/eventLog.ts';
import { openSqliteEventLog } from '../../../src/events/log/sqlite/sqliteEventLog.ts';
import { jobStream } from '../../../src/events/streams.ts';
import { newNamespace, openLogOn, type TestServer, testServer } from '../../support/kurrentdb/testServer.ts';
import { newEvent } from '../../support/newEvent.ts';
import { adas, openDesks, tellStory } from '../../support/story.ts';
import { makeTemporaryFolder, openTemporaryLog, type TemporaryLog } from '../../support/temporaryLog.ts';

const run = async (source: EventLog, target: EventLog): Promise<CopyProgress[]> => {
  const progress: CopyProgress[] = [];
  for await (const each of copyLog(source, target)) progress.push(each);
  return progress;
};

const allOf = async (log: EventLog): Promise<RecordedEvent[]> => {
  const events: RecordedEvent[] = [];
  for await (const event of log.readAll()) if (event.stream !== 'log') events.push(event);
  return events;
};

const ticketOf = ({ data }: RecordedEvent): unknown => {
  const { order } = data;
  return order !== null && typeof order === 'object' && 'ticket' in order ? order.ticket : undefined;
};

describe('copying an event log', () => {
  let server: TestServer;
  let source: TemporaryLog;
  let folder: Awaited<ReturnType<typeof makeTemporaryFolder>>;
  beforeAll(async () => {
    server = await testServer.start();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    source = await openTemporaryLog();
    folder = await makeTemporaryFolder();
    // Events before the story's, so that no position is by chance the same in both logs.
    await source.log.append('queue-before', 'no_stream', [newEvent(), newEvent(), newEvent()]);
    await tellStory(source.log, 12);
  });
  afterEach(async () => {
    await source.cleanup();
    await folder.remove();
  });

  const openTarget = () => openSqliteEventLog(join(folder.folder, 'target.db'));

  /** A log whose process dies at the n-th append: before it is written, or after it and before the answer. */
  const dying = (log: EventLog, at: number, when: 'before' | 'after'): EventLog => {
    let appends = 0;
    return {
      ...log,
      async append(stream, expected, events) {
        appends += 1;
        if (appends < at) return log.append(stream, expected, events);
        if (appends === at && when === 'after') await log.append(stream, expected, events);
        throw new EventLogUnavailable('the connection is gone');
      },
    };
  };

  it(`keeps ids, streams, order, data and metadata, from SQLite to ${testServer.name}`, async () => {
    const { log: target, cleanup } = await openLogOn(server);
    const progress = await run(source.log, target);
    const before = await allOf(source.log);
    const after = await allOf(target);
    expect(progress.at(-1)).toMatchObject({ kind: 'verified', events: before.length });
    const kept = ({ id, stream, revision, type, metadata }: RecordedEvent) => ({
      ...{ id, stream, revision, type, metadata },
    });
    expect(after.map(kept)).toEqual(before.map(kept));
    expect(target.logId).not.toBe(source.log.logId);
    await cleanup();
  });

  it('names the new positions as tickets, and a job that waits keeps its place and goes on', async () => {
    const { commands, desk } = openDesks(source.log);
    const { conversationId } = await commands.startConversation(adas(), {});
    const waiting: JobId[] = [];
    for (const text of ['first', 'second']) {
      const { messageId, jobId } = await commands.postMessage(adas(), conversationId, { text, image: {} });
      await desk.queue(messageId);
      if (jobId !== null) waiting.push(jobId);
    }
    const target = await openTarget();
    await target.append('log', 'any', [newEvent()]);
    await run(source.log, target);
    const queued = new Map<string, string>();
    for (const event of await allOf(target)) {
      if (event.type === 'JobQueued') queued.set(event.stream, event.position);
      const ticket = ticketOf(event);
      if (ticket !== undefined) expect(ticket).toBe(queued.get(event.stream));
    }
    const tickets = waiting.map((id) => queued.get(jobStream(id)) ?? '');
    expect(tickets).toEqual(tickets.toSorted());
    for (const id of waiting) {
      const claim = await openDesks(target).desk.claim(id, 'sketch');
      expect(claim).toMatchObject({ jobId: id, attempt: 1 });
    }
    await target.close();
  });

  it.each(['before', 'after'] as const)(
    'goes on where it was interrupted %s an append was written',
    async (when) => {
      const target = await openTarget();
      for (const at of [1, 2, 9, 30])
        await expect(run(source.log, dying(target, at, when))).rejects.toThrow(EventLogUnavailable);
      const progress = await run(source.log, target);
      const [found] = progress;
      expect(found?.events).toBeGreaterThan(30);
      const events = (await allOf(source.log)).length;
      expect(progress.at(-1)).toMatchObject({ kind: 'verified', events });
      expect(await allOf(target)).toHaveLength(events);
      // And once more: everything is there, nothing is added.
      expect((await run(source.log, target)).map((each) => each.events)).toEqual([events, events, events]);
      await target.close();
    },
  );

  it('adds nothing to a log that holds something else', async () => {
    const target = await openTarget();
    await target.append('queue-other', 'no_stream', [newEvent()]);
    await expect(run(source.log, target)).rejects.toThrow(CopyRefused);
    expect(await allOf(target)).toHaveLength(1);
    await target.close();
  });

  it('finds a single event of the target that was changed, and says where', async () => {
    const target = await openTarget();
    await run(source.log, target);
    const changed: EventLog = {
      ...target,
      async *readAll(options) {
        for await (const event of target.readAll(options))
          yield event.type === 'MessagePosted' ? { ...event, data: { ...event.data, text: 'other' } } : event;
      },
    };
    await expect(run(source.log, changed)).rejects.toThrow(/is not the source's at \d{20} \(MessagePosted/);
    await target.close();
  });

  it('says so where the source is written to meanwhile', async () => {
    const target = await openTarget();
    const busy: EventLog = {
      ...source.log,
      async *readAll(options) {
        yield* source.log.readAll(options);
        await source.log.append('queue-late', 'any', [newEvent()]);
      },
    };
    await expect(run(busy, target)).rejects.toThrow(
      /was written to meanwhile\. Stop its server and copy again/,
    );
    await target.close();
  });

  it('is a command that says how far it is and that both are the same', async () => {
    const words = ['--from', `sqlite:${source.file}`, '--to', server.url, '--namespace', newNamespace()];
    const command = ['dist/src/cli/darkroom.js', 'log', 'copy', ...words];
    const { stdout } = await promisify(execFile)(process.execPath, command);
    expect(stdout).toMatch(/The target is empty\.\n(.|\n)*Verified: both logs hold the same \d+ events/);
    const again = await promisify(execFile)(process.execPath, command);
    expect(again.stdout).toMatch(/\d+ events are there already/);
  });

  it('encrypts on the way what was written before there were keys, and gives it back by the same keys', async () => {
    const keys = async () =>
      createKeyRing(await openFolderKeyStore(join(folder.folder, 'keys')), () => performance.now());
    const target = await openTarget();
    const encrypted = encryptedEventLog(target, await keys());
    await run(encryptedEventLog(source.log, await keys()), encrypted);
    expect(JSON.stringify(await allOf(source.log))).toContain('picture 3');
    expect(JSON.stringify(await allOf(target))).not.toContain('picture 3');
    const data = (events: RecordedEvent[]) => events.filter(({ type }) => type.startsWith('Message'));
    const kept = ({ id, data, metadata }: RecordedEvent) => ({ id, data, metadata });
    expect(data(await allOf(encrypted)).map(kept)).toEqual(data(await allOf(source.log)).map(kept));
    await encrypted.close();
  });

  it.each([
    [['--from', 'sqlite:x'], /required option '--to <url>' not specified/],
    [
      ['--from', 'sqlite:/nowhere/events.db', '--to', 'sqlite:y'],
      /There is no event log \/nowhere\/events\.db/,
    ],
    [['--from', 'oracle:x', '--to', 'sqlite:y'], /no event log at a URL that begins with "oracle:"/],
  ])('refuses %j by one sentence', async (words, sentence) => {
    const command = ['dist/src/cli/darkroom.js', 'log', 'copy', ...words];
    await expect(promisify(execFile)(process.execPath, command)).rejects.toThrow(sentence);
  });
});
