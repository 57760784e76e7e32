import type { Logger } from 'pino';
import { closedCircuit, isEngineEvent } from '../commands/engine.ts';
import type { DomainEvent } from '../events/catalogue.ts';
import type { EventLog } from '../events/log/eventLog.ts';
import type { ImageStore } from '../images/imageStore.ts';
import { createBell } from '../projections/bell.ts';
import type { DocumentReader } from '../projections/documents/documentStore.ts';
import type { QueueEntry } from '../projections/model.ts';
import { queue, queueName, queueState } from '../projections/queue.ts';
import type { ProjectionRunner } from '../projections/runner.ts';
import type { Circuits } from './circuits.ts';
import { draw, type Finished } from './drawing.ts';
import { createEngineCalls } from './engineCall.ts';
import type { ImageEngine } from './engines/imageEngine.ts';
import { followLog } from './following.ts';
import type { Claim, JobDesk } from './jobDesk.ts';
import { stopped } from './verdict.ts';

export interface ImageWorkerParts {
  readonly log: EventLog;
  readonly documents: DocumentReader;
  readonly projections: Pick<ProjectionRunner, 'whenProcessed'>;
  readonly desk: JobDesk;
  readonly circuits: Circuits;
  readonly engine: ImageEngine;
  readonly images: ImageStore;
  readonly logger: Logger;
  readonly now: () => Date;
  /** A monotonic clock in milliseconds. */
  readonly clock: () => number;
  /** Pictures drawn at once. */
  readonly slots: number;
  readonly leaseMs: number;
}

/** Something that runs until it is stopped. */
export interface Running {
  stop(): Promise<void>;
}

/** After these there may be something to draw. */
const opportunities: ReadonlySet<string> = new Set([
  'JobQueued',
  'JobRequeued',
  'JobPrioritized',
  'QueueResumed',
  'CircuitClosed',
] satisfies DomainEvent['type'][]);

/** After these an attempt that still runs is nobody's. */
const endings: ReadonlySet<string> = new Set([
  'JobCancelled',
  'JobRequeued',
  'JobFailed',
  'JobCompleted',
] satisfies DomainEvent['type'][]);

/** How long it sleeps at most when nothing wakes it: a job's `notBefore` may come meanwhile. */
const longestSleep = 1_000;
const patience = 10_000;
const page = 100;

/** The first waiting job whose time has come, or null: none waits, or the queue is paused. */
const nextInQueue = async (documents: DocumentReader, now: Date): Promise<QueueEntry | null> => {
  if ((await documents.get(queueState.collection, queueName))?.paused) return null;
  let after: string | undefined;
  for (;;) {
    const waiting: QueueEntry[] = await documents.query<QueueEntry>({
      collection: queue.collection,
      where: { status: 'waiting' },
      orderBy: 'orderKey',
      direction: 'ascending',
      ...(after === undefined ? {} : { after }),
      limit: page,
    });
    const due = waiting.find(({ notBefore }) => notBefore === null || notBefore <= now.toISOString());
    if (due !== undefined) return due;
    if (waiting.length < page) return null;
    after = waiting.at(-1)?.orderKey;
  }
};

/**
 * Draws what waits, `slots` pictures at once: looks who is next, claims it, draws it. While its engine
 * rests it claims nothing, but for the one job that it tries the engine with. It learns of work
 * from the log, and of an attempt that is no longer its own too; between, it sleeps.
 */
export const startImageWorker = (parts: ImageWorkerParts): Running => {
  const { log, documents, projections, desk, circuits, engine, logger, now, slots, leaseMs } = parts;
  const calls = createEngineCalls<Finished>(engine.name);
  const end = new AbortController();
  const bell = createBell();
  const running = new Map<string, { readonly claim: Claim; readonly controller: AbortController }>();
  const drawings = new Set<Promise<void>>();

  const hear = async (events: readonly DomainEvent[]): Promise<void> => {
    for (const event of events)
      if (event.jobId !== undefined && endings.has(event.type))
        running.get(event.jobId)?.controller.abort(stopped('lost'));
    if (events.some(isEngineEvent)) calls.follow(await circuits.of(engine.name));
    if (events.some(({ type }) => opportunities.has(type))) bell.ring();
  };

  const begin = (claim: Claim): void => {
    const controller = new AbortController();
    running.set(claim.jobId, { claim, controller });
    const drawing = draw(claim, controller, { ...parts, calls, heartbeatMs: leaseMs / 3 })
      .catch((cause: unknown) => {
        // The log could not be told: the lease runs out, and the sweep hands the job on.
        logger.error({ err: cause, jobId: claim.jobId }, 'an attempt could not be ended');
      })
      .finally(() => {
        running.delete(claim.jobId);
        drawings.delete(drawing);
        bell.ring();
      });
    drawings.add(drawing);
  };

  /** True where it claimed something, or another was faster: then it is worth looking again at once. */
  const look = async (): Promise<boolean> => {
    if (running.size >= slots) return false;
    // What this worker appended itself must be in the documents, else it would claim the same again.
    await projections.whenProcessed(await log.head(), patience);
    const next = await nextInQueue(documents, now());
    if (next === null) return false;
    const circuit = await circuits.of(engine.name);
    if (circuit.status === 'half_open') return false;
    if (circuit.status === 'open') {
      if (now() < new Date(circuit.retryAt)) return false;
      if (!(await circuits.probe(engine.name, next.jobId))) return true;
    }
    calls.follow(closedCircuit);
    const claim = await desk.claim(next.jobId, engine.name);
    if (claim !== null) begin(claim);
    else await circuits.release(engine.name, next.jobId, 0);
    return true;
  };

  const work = async (): Promise<void> => {
    while (!end.signal.aborted) {
      try {
        while (!end.signal.aborted && (await look()));
      } catch (cause) {
        if (!end.signal.aborted) logger.error({ err: cause }, 'looking for work failed; trying again');
      }
      await bell.next(end.signal, longestSleep);
    }
  };

  const following = followLog(log, end.signal, {
    hear,
    onTrouble: (cause) => logger.error({ err: cause }, 'the worker does not hear the log; trying again'),
  });
  const working = work();

  return {
    async stop() {
      end.abort();
      for (const { controller } of running.values()) controller.abort(stopped('shutdown'));
      await Promise.all([working, following, ...drawings]);
      calls.close();
    },
  };
};
