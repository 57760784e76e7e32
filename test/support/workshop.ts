import { join } from 'node:path';
import { pino } from 'pino';
import { v7 } from 'uuid';
import { vi } from 'vitest';
import { createCommands } from '../../src/commands/createCommands.ts';
import type { CircuitRule } from '../../src/commands/engine.ts';
import type { JobId } from '../../src/events/ids.ts';
import { engineStream, jobStream, type StreamName } from '../../src/events/streams.ts';
import { openFolderImageStore } from '../../src/images/folder/folderImageStore.ts';
import { projections as all } from '../../src/projections/all.ts';
import type { Job, JobStatus } from '../../src/projections/model.ts';
import { openReadModel } from '../../src/projections/reading/openReadModel.ts';
import { startProjections } from '../../src/projections/runner.ts';
import { createCircuits } from '../../src/workers/circuits.ts';
import { createJobDesk } from '../../src/workers/createJobDesk.ts';
import type { DrawingNews, ImageEngine } from '../../src/workers/engines/imageEngine.ts';
import { type Running, startImageWorker } from '../../src/workers/imageWorker.ts';
import { startQueueing } from '../../src/workers/queueing.ts';
import { createSweep } from '../../src/workers/sweep.ts';
import { openTestStores } from './folderStores.ts';
import { adas } from './story.ts';

export type Drawing = (signal: AbortSignal, prompt: string) => AsyncIterable<DrawingNews>;

export const png = (text: string) =>
  ({
    bytes: new TextEncoder().encode(text),
    contentType: 'image/png',
    width: 8,
    height: 8,
    seed: 7,
  }) as const;

const scripted = { name: 'scripted', models: ['script-1'] } as const;

/** An engine whose every step the test decides; it keeps what it was asked. */
export const scriptedEngine = (drawing: Drawing, { name, models }: NamedEngine = scripted) => {
  const asked: string[] = [];
  const engine: ImageEngine = {
    name,
    models,
    draw: ({ prompt }, signal) => {
      asked.push(prompt);
      return drawing(signal, prompt);
    },
    health: async () => undefined,
    close: async () => undefined,
  };
  return { engine, asked };
};

export const drawAtOnce: Drawing = async function* (_, prompt) {
  yield { kind: 'progress', step: 1, steps: 2, stage: 'sky', preview: png(`preview of ${prompt}`) };
  yield { kind: 'finished', pictures: [png(prompt)], model: 'script-1' };
};

export const drawNever: Drawing = async function* (signal) {
  yield { kind: 'progress', step: 1, steps: 2, stage: 'sky', preview: null };
  await new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason));
  });
};

type NamedEngine = Pick<ImageEngine, 'name' | 'models'>;

/** Everything that draws, on stores of its own: queueing runs, workers and sweeps are started by the test. */
export const openWorkshop = async ({
  rule = { failures: 5, resetMs: 60_000 },
  attempts = 2,
}: {
  rule?: CircuitRule;
  attempts?: number;
} = {}) => {
  const stores = await openTestStores();
  const running: Running[] = [];
  /** How far the wall clock is moved, in milliseconds. */
  const clock = { ahead: 0 };
  const { folder, log, documents } = stores;
  const now = (): Date => new Date(Date.now() + clock.ahead);
  /** Lines of the log, as JSON. */
  const lines: string[] = [];
  const logger = pino({ level: 'warn' }, { write: (line) => void lines.push(line) });
  const projections = await startProjections({
    ...{ log, documents, projections: all },
    onStopped: ({ reason }) => {
      throw new Error(reason ?? 'a projection stopped');
    },
    onTrouble: () => undefined,
  });
  running.push(projections);
  const readModel = openReadModel(documents, projections, all);
  const jobLimits = { attempts, timeoutMs: 60_000 };
  const acting = (id: string) => ({ log, actor: { id, name: id }, now, newId: v7 });
  const deskOf = (id: string) => createJobDesk({ ...acting(id), jobLimits });
  const circuitsOf = (id: string) => createCircuits({ ...acting(id), rule });
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
  const { conversationId } = await commands.startConversation(adas(), { title: 'Jobs' });

  /** Types of the events of a stream, in order. */
  const typesIn = async (stream: StreamName): Promise<string[]> => {
    const types: string[] = [];
    for await (const { type } of log.readStream(stream)) types.push(type);
    return types;
  };

  return {
    ...{ folder, log, commands, readModel, images, logger, lines, clock, conversationId },
    ...{ deskOf, circuitsOf },
    worker(
      engines: ImageEngine | readonly ImageEngine[],
      more: { slots?: number; leaseMs?: number; drainMs?: number; runningPerPerson?: number } = {},
    ): Running {
      const id = `worker:${v7()}`;
      const started = startImageWorker({
        ...{ ...common, engines: [engines].flat(), images, now, clock: () => performance.now() },
        ...{ desk: deskOf(id), circuits: circuitsOf(id) },
        slots: more.slots ?? 1,
        leaseMs: more.leaseMs ?? 30_000,
        drainMs: more.drainMs ?? 0,
        runningPerPerson: more.runningPerPerson ?? 0,
      });
      running.push(started);
      return started;
    },
    /** A sweep whose monotonic clock the test moves. */
    sweep(monotonic: () => number) {
      const acting = { desk: deskOf('sweep'), circuits: circuitsOf('sweep'), engines: [scripted] };
      const limits = { leaseMs: 30_000, stuckAfterMs: 300_000 };
      return createSweep({ readModel, ...acting, logger, now, clock: monotonic, ...limits });
    },
    async ask(text: string, image = {}): Promise<JobId> {
      const { jobId } = await commands.postMessage(adas(), conversationId, { text, image });
      if (jobId === null) throw new Error('a job was asked for');
      return jobId;
    },
    /** The job once it is in one of these. */
    ends: (id: JobId, ...statuses: JobStatus[]): Promise<Job> =>
      vi.waitFor(
        async () => {
          const job = await readModel.job(id);
          if (job === null || !statuses.includes(job.status)) throw new Error(`job is ${job?.status}`);
          return job;
        },
        { timeout: 20_000, interval: 10 },
      ),
    history: (id: JobId) => typesIn(jobStream(id)),
    engineHistory: () => typesIn(engineStream('scripted')),
    async close(): Promise<void> {
      for (const each of running.toReversed()) await each.stop();
      await stores.cleanup();
    },
  };
};
export type Workshop = Awaited<ReturnType<typeof openWorkshop>>;
