import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { v7 } from 'uuid';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createCommands } from '../../../src/commands/createCommands.ts';
import type { ConversationId, JobId } from '../../../src/events/ids.ts';
import { openFolderImageStore } from '../../../src/images/folder/folderImageStore.ts';
import { projections as all } from '../../../src/projections/all.ts';
import type { Job, JobStatus } from '../../../src/projections/model.ts';
import { openReadModel } from '../../../src/projections/reading/openReadModel.ts';
import { startProjections } from '../../../src/projections/runner.ts';
import { createJobDesk } from '../../../src/workers/createJobDesk.ts';
import { type DrawingNews, EngineError, type ImageEngine } from '../../../src/workers/engines/imageEngine.ts';
import { type Running, startImageWorker } from '../../../src/workers/imageWorker.ts';
import { startQueueing } from '../../../src/workers/queueing.ts';
import { createSweep } from '../../../src/workers/sweep.ts';
import { openTestStores } from '../../support/folderStores.ts';
import { adas } from '../../support/story.ts';

type Drawing = (signal: AbortSignal, prompt: string) => AsyncIterable<DrawingNews>;

const png = (text: string) =>
  ({
    bytes: new TextEncoder().encode(text),
    contentType: 'image/png',
    width: 8,
    height: 8,
    seed: 7,
  }) as const;

/** An engine whose every step the test decides; it keeps what it was asked. */
const scriptedEngine = (drawing: Drawing) => {
  const asked: string[] = [];
  const engine: ImageEngine = {
    name: 'scripted',
    models: ['script-1'],
    draw: ({ prompt }, signal) => {
      asked.push(prompt);
      return drawing(signal, prompt);
    },
    close: async () => undefined,
  };
  return { engine, asked };
};

const drawAtOnce: Drawing = async function* (_, prompt) {
  yield { kind: 'progress', step: 1, steps: 2, stage: 'sky', preview: png(`preview of ${prompt}`) };
  yield { kind: 'finished', pictures: [png(prompt)], model: 'script-1' };
};

const drawNever: Drawing = async function* (signal) {
  yield { kind: 'progress', step: 1, steps: 2, stage: 'sky', preview: null };
  await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
};

describe('the image worker', () => {
  let stores: Awaited<ReturnType<typeof openTestStores>>;
  let folder: string;
  let running: Running[];
  let conversationId: ConversationId;

  const assemble = async () => {
    const { log, documents } = stores;
    const now = (): Date => new Date();
    const logger = pino({ level: 'silent' });
    const projections = await startProjections({
      ...{ log, documents, projections: all },
      onStopped: ({ reason }) => {
        throw new Error(reason ?? 'a projection stopped');
      },
      onTrouble: () => undefined,
    });
    running.push(projections);
    const readModel = openReadModel(documents, projections, all);
    const jobLimits = { attempts: 2, timeoutMs: 60_000 };
    const deskOf = (id: string) => createJobDesk({ log, actor: { id, name: id }, now, newId: v7, jobLimits });
    const commands = createCommands(log, {
      ...{ now, newSeed: () => 7, jobLimits },
      nameOf: async (id) => id,
      locateJob: async (id) => {
        await readModel.whenProcessed(await log.head(), 20_000);
        return (await readModel.job(id))?.messageId ?? null;
      },
    });
    const images = await openFolderImageStore(join(folder, 'images'));
    const common = { log, documents, projections, logger };
    running.push(startQueueing({ ...common, desk: deskOf('queueing') }));
    const worker = (engine: ImageEngine, more: { slots?: number; leaseMs?: number } = {}) => {
      const started = startImageWorker({
        ...{ ...common, engine, images, now, clock: () => performance.now() },
        desk: deskOf(`worker:${v7()}`),
        slots: more.slots ?? 1,
        leaseMs: more.leaseMs ?? 30_000,
      });
      running.push(started);
      return started;
    };
    const ask = async (text: string, image = {}): Promise<JobId> => {
      const { jobId } = await commands.postMessage(adas(), conversationId, { text, image });
      if (jobId === null) throw new Error('a job was asked for');
      return jobId;
    };
    ({ conversationId } = await commands.startConversation(adas(), { title: 'Jobs' }));
    const ends = (id: JobId, ...statuses: JobStatus[]): Promise<Job> =>
      vi.waitFor(
        async () => {
          const job = await readModel.job(id);
          if (job === null || !statuses.includes(job.status)) throw new Error(`job is ${job?.status}`);
          return job;
        },
        { timeout: 20_000, interval: 10 },
      );
    return { commands, readModel, images, worker, ask, ends, deskOf, logger };
  };

  /** Types of the events of a job, in order. */
  const history = async (id: JobId): Promise<string[]> => {
    const types: string[] = [];
    for await (const { type } of stores.log.readStream(`job-${id}`)) types.push(type);
    return types;
  };

  beforeEach(async () => {
    stores = await openTestStores();
    folder = mkdtempSync(join(tmpdir(), 'darkroom-workers-'));
    running = [];
  });
  afterEach(async () => {
    for (const each of running.toReversed()) await each.stop();
    await stores.cleanup();
    rmSync(folder, { recursive: true });
  });

  it('draws what was asked for, keeps the picture, and removes the preview', async () => {
    const { worker, ask, ends, images, readModel } = await assemble();
    worker(scriptedEngine(drawAtOnce).engine);
    const job = await ends(await ask('a lake'), 'completed');
    expect(await images.get(job.images[0]?.imageId ?? '')).toMatchObject({ contentType: 'image/png' });
    expect(job).toMatchObject({
      engine: 'scripted',
      model: 'script-1',
      attempt: 1,
      percent: 100,
      error: null,
    });
    const preview = (await images.put(png('preview of a lake').bytes, 'image/png')).imageId;
    expect((await readModel.imageUses(preview)).map(({ kind }) => kind)).toEqual(['preview']);
  });

  it('draws each of many jobs exactly once with two workers', async () => {
    const { worker, ask, ends } = await assemble();
    const engines = [scriptedEngine(drawAtOnce), scriptedEngine(drawAtOnce)];
    const jobs = await Promise.all(Array.from({ length: 40 }, (_, number) => ask(`picture ${number}`)));
    for (const { engine } of engines) worker(engine, { slots: 3 });
    for (const id of jobs) await ends(id, 'completed');
    const asked = engines.flatMap((engine) => engine.asked);
    expect(asked.toSorted()).toEqual(jobs.map((_, number) => `picture ${number}`).toSorted());
    for (const id of jobs)
      expect((await history(id)).filter((type) => type === 'JobStarted')).toHaveLength(1);
  });

  it('stops a running job at the engine when it is cancelled, and nothing follows', async () => {
    const { worker, ask, ends, commands } = await assemble();
    let stoppedBy: unknown;
    const { engine } = scriptedEngine(async function* (signal) {
      yield { kind: 'progress', step: 1, steps: 2, stage: 'sky', preview: null };
      await new Promise((_, reject) =>
        signal.addEventListener('abort', () => {
          stoppedBy = signal.reason;
          reject(signal.reason);
        }),
      );
    });
    worker(engine);
    const id = await ask('a lake');
    await ends(id, 'running');
    await commands.cancelJob(adas(), id);
    await ends(id, 'cancelled');
    await vi.waitFor(() => expect(String(stoppedBy)).toMatch(/lost/));
    expect((await history(id)).at(-1)).toBe('JobCancelled');
  });

  it('cancels a job before it is queued, and it is never drawn', async () => {
    const { worker, ask, ends, commands } = await assemble();
    const { engine, asked } = scriptedEngine(drawAtOnce);
    const id = await ask('[never]');
    await vi.waitFor(() => commands.cancelJob(adas(), id));
    await ends(id, 'cancelled');
    worker(engine);
    await ends(await ask('another'), 'completed');
    expect(asked).toEqual(['another']);
  });

  it('ends an attempt that takes longer than its request allows as timeout, and tries again', async () => {
    const { worker, ask, ends } = await assemble();
    worker(scriptedEngine(drawNever).engine);
    const job = await ends(await ask('slow', { timeoutMs: 1_000 }), 'failed');
    expect(job.error).toMatchObject({ code: 'timeout', title: 'This picture took too long' });
    expect(await history(job.jobId)).toEqual(expect.arrayContaining(['JobRequeued', 'JobFailed']));
    expect(job.attempt).toBe(2);
  });

  it('fails at once what the engine refuses, with words for the person', async () => {
    const { worker, ask, ends } = await assemble();
    const { engine, asked } = scriptedEngine(async function* () {
      yield { kind: 'progress', step: 0, steps: 2, stage: 'reading', preview: null };
      throw new EngineError('content_rejected', 'the raw text of the engine', false);
    });
    worker(engine);
    const job = await ends(await ask('x'), 'failed');
    expect(job.error).toMatchObject({
      code: 'content_rejected',
      whatToDo: expect.stringMatching(/other words/),
    });
    expect(JSON.stringify(job)).not.toContain('raw text');
    expect(asked).toHaveLength(1);
  });

  it('hands a job of a silent worker on by the sweep, and notes the late result without showing it', async () => {
    const { worker, ask, ends, readModel, deskOf, logger } = await assemble();
    const id = await ask('a lake');
    await ends(id, 'queued');
    const frozen = deskOf('worker:frozen');
    const claim = await frozen.claim(id, 'scripted');
    if (claim === null) throw new Error('the job waited');
    await ends(id, 'running');
    let clock = 0;
    const limits = { leaseMs: 30_000, stuckAfterMs: 300_000 };
    const sweep = createSweep({ readModel, desk: deskOf('sweep'), logger, clock: () => clock, ...limits });
    await sweep();
    clock = 29_999;
    await sweep();
    expect((await ends(id, 'running')).attempt).toBe(1);
    clock = 30_000;
    await sweep();
    worker(scriptedEngine(drawAtOnce).engine);
    const job = await ends(id, 'completed');
    expect(job.attempt).toBe(2);
    const late = { ...png('late'), imageId: 'ab'.repeat(32) as never, bytes: 4 };
    expect(await frozen.complete(claim, { images: [late], engine: 'scripted', model: 'm' })).toBe('lost');
    expect((await history(id)).at(-1)).toBe('JobResultDiscarded');
    expect((await ends(id, 'completed')).images).toEqual(job.images);
  });

  it('is heard of while the engine is silent, so that its lease is kept', async () => {
    const { worker, ask, ends } = await assemble();
    worker(scriptedEngine(drawNever).engine, { leaseMs: 600 });
    const id = await ask('quiet');
    await ends(id, 'running');
    await vi.waitFor(
      async () =>
        expect((await history(id)).filter((type) => type === 'JobProgressed').length).toBeGreaterThan(3),
      { timeout: 10_000 },
    );
  });

  it('begins nothing while the queue is paused, also after a restart, and goes on in order', async () => {
    const { worker, ask, ends, commands } = await assemble();
    const operator = () => ({ ...adas(), principal: { ...adas().principal, roles: ['operator'] as const } });
    await commands.pauseQueue(operator());
    const { engine, asked } = scriptedEngine(drawAtOnce);
    const first = worker(engine);
    const jobs = [await ask('one'), await ask('two')];
    for (const id of jobs) await ends(id, 'queued');
    await first.stop();
    worker(engine);
    expect(asked).toEqual([]);
    await commands.resumeQueue(operator());
    for (const id of jobs) await ends(id, 'completed');
    expect(asked).toEqual(['one', 'two']);
  });

  it('cancels the jobs of a message that is removed and of a conversation that is archived', async () => {
    const { ask, ends, commands, readModel } = await assemble();
    const [removed, archived] = [await ask('one'), await ask('two')];
    const job = await ends(removed, 'queued');
    await ends(archived, 'queued');
    await commands.removeMessage(adas(), job.messageId);
    await ends(removed, 'cancelled');
    await commands.archiveConversation(adas(), conversationId);
    await ends(archived, 'cancelled');
    expect(await readModel.activeJobs(null)).toEqual([]);
  });
});
