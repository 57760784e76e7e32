import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { JobId } from '../../../src/events/ids.ts';
import type { EventLog } from '../../../src/events/log/eventLog.ts';
import { projections as all } from '../../../src/projections/all.ts';
import { type ProjectionRunner, startProjections } from '../../../src/projections/runner.ts';
import type { Running } from '../../../src/workers/imageWorker.ts';
import { startQueueing } from '../../../src/workers/queueing.ts';
import { adas, openDesks } from '../../support/story.ts';
import { openTemporaryDocuments, type TemporaryDocuments } from '../../support/temporaryDocuments.ts';
import { openTemporaryLog, type TemporaryLog } from '../../support/temporaryLog.ts';

const logger = pino({ level: 'silent' });

describe('the jobs of a conversation that is archived', () => {
  let log: TemporaryLog;
  let store: TemporaryDocuments;
  let running: Running[];
  let waiting: JobId;
  let archive: () => Promise<unknown>;

  const project = async (): Promise<ProjectionRunner> => {
    const runner = await startProjections({
      ...{ log: log.log, documents: store.documents, projections: all },
      onStopped: ({ name, reason }) => {
        throw new Error(`${name} stopped: ${reason}`);
      },
      onTrouble: () => undefined,
    });
    running.push(runner);
    return runner;
  };
  const queue = (projections: Pick<ProjectionRunner, 'whenProcessed'>, of: EventLog = log.log) => {
    const { desk } = openDesks(log.log);
    running.push(startQueueing({ log: of, documents: store.documents, projections, desk, logger }));
  };
  const isCancelled = async (): Promise<void> => {
    const types: string[] = [];
    for await (const { type, stream } of log.log.readAll()) if (stream.includes(waiting)) types.push(type);
    expect(types).toContain('JobCancelled');
  };

  beforeEach(async () => {
    log = await openTemporaryLog();
    store = await openTemporaryDocuments();
    running = [];
    const { commands, desk } = openDesks(log.log);
    const { conversationId } = await commands.startConversation(adas(), {});
    const posted = await commands.postMessage(adas(), conversationId, { text: 'a fox', image: {} });
    if (posted.jobId === null) throw new Error('a job was asked for');
    waiting = posted.jobId;
    await desk.queue(posted.messageId);
    archive = () => commands.archiveConversation(adas(), conversationId);
  });
  afterEach(async () => {
    for (const part of running.toReversed()) await part.stop();
    await store.cleanup();
    await log.cleanup();
  });

  it('are cancelled also where the one that queued and projected died before the documents told of it', async () => {
    const before = await project();
    await before.whenProcessed(await log.log.head(), 20_000);
    await before.stop();
    running = [];
    await archive();
    // The next one queues at once; that it projects, too, it learns a moment later.
    let askedFor = 0;
    let documentsAreBehind = true;
    queue({
      whenProcessed: async () => {
        askedFor += 1;
        if (documentsAreBehind) throw new Error('the documents are behind');
      },
    });
    await vi.waitFor(() => expect(askedFor).toBeGreaterThan(0), { timeout: 20_000 });
    const next = await project();
    await next.whenProcessed(await log.log.head(), 20_000);
    documentsAreBehind = false;
    await vi.waitFor(isCancelled, { timeout: 20_000, interval: 50 });
  });

  it('are cancelled also where the log could not be asked at the start', async () => {
    let failures = 0;
    const awayAtFirst: EventLog = {
      ...log.log,
      async head() {
        failures += 1;
        if (failures <= 2) throw new Error('the log is away');
        return log.log.head();
      },
    };
    const projections = await project();
    queue(projections, awayAtFirst);
    await vi.waitFor(() => expect(failures).toBeGreaterThan(5), { timeout: 20_000 });
    await archive();
    await vi.waitFor(isCancelled, { timeout: 20_000, interval: 50 });
  });
});
