import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DomainEvent } from '../../../src/events/catalogue.ts';
import { openSqliteEventLog } from '../../../src/events/log/sqlite/sqliteEventLog.ts';
import { httpCaller } from '../../support/httpCalls.ts';
import { eventsIn } from '../../support/readLog.ts';
import { type ServerProcess, startServer } from '../../support/serverProcess.ts';

describe('a server that is stopped while it draws', () => {
  let folder: string;
  let server: ServerProcess;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'darkroom-draining-'));
  });
  afterEach(async () => {
    await server.kill();
    await rm(folder, { recursive: true });
  });

  /** What the log says of a picture that was being drawn when the server was told to stop. */
  const stopped = async (settings: Record<string, string>): Promise<readonly DomainEvent[]> => {
    server = await startServer({ DATA_DIR: folder, ...settings });
    const ada = await httpCaller(server.url).signIn();
    const image = { width: 64, height: 64, steps: 10 };
    const { job } = await ada.post(await ada.startConversation(), { text: 'a lake', image });
    const seen = async () => (await ada.call('GET', `/jobs/${job?.jobId}`)).body.job;
    await vi.waitFor(async () => expect(await seen()).toMatchObject({ status: 'running' }), {
      timeout: 30_000,
      interval: 20,
    });
    expect(await server.stop()).toBe(0);
    const log = await openSqliteEventLog(join(folder, 'events.db'));
    const events = await eventsIn(log);
    await log.close();
    return events.filter(({ jobId }) => jobId === job?.jobId);
  };

  it('finishes the picture, if it can within its time, and ends well', async () => {
    const events = await stopped({ SKETCH_STEP_MS: '100', DRAIN_MS: '50000' });
    expect(events.at(-1)).toMatchObject({ type: 'JobCompleted', data: { attempt: 1 } });
    expect(events.filter(({ type }) => type === 'JobStarted')).toHaveLength(1);
  });

  it('hands the job back when that time is over: with its ticket, for the next attempt, and ends well', async () => {
    const events = await stopped({ SKETCH_STEP_MS: '60000', DRAIN_MS: '200', JOB_ATTEMPTS: '1' });
    const [queued] = events.filter(({ type }) => type === 'JobQueued');
    expect(events.at(-1)).toMatchObject({
      type: 'JobRequeued',
      data: { attempt: 1, nextAttempt: 2, notBefore: null, order: { ticket: queued?.position } },
    });
  });
});
