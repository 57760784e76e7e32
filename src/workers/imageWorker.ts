import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Circuit, closedCircuit, isEngineEvent } from '../commands/engine.ts';
import { mayStillBeDrawn } from '../commands/jobState.ts';
import type { DomainEvent } from '../events/catalogue.ts';
import type { EventLog } from '../events/log/eventLog.ts';
import type { ImageStore } from '../images/imageStore.ts';
import { createBell } from '../projections/bell.ts';
import type { DocumentReader } from '../projections/documents/documentStore.ts';
import type { ProjectionRunner } from '../projections/runner.ts';
import type { Circuits } from './circuits.ts';
import { draw, type Finished } from './drawing.ts';
import type { DrawingReport } from './drawingReport.ts';
import { createEngineCalls, type EngineCalls } from './engineCall.ts';
import type { ImageEngine } from './engines/imageEngine.ts';
import { followLog } from './following.ts';
import { type Claim, idsOf, type JobDesk } from './jobDesk.ts';
import { nextInQueue } from './nextInQueue.ts';
import { stopped } from './verdict.ts';

export interface ImageWorkerParts {
  readonly log: EventLog;
  readonly documents: DocumentReader;
  readonly projections: Pick<ProjectionRunner, 'whenProcessed'>;
  readonly desk: JobDesk;
  readonly circuits: Circuits;
  /** In the order in which they are asked. */
  readonly engines: readonly ImageEngine[];
  readonly images: ImageStore;
  readonly logger: Logger;
  readonly now: () => Date;
  /** A monotonic clock in milliseconds. */
  readonly clock: () => number;
  /** Pictures drawn at once. */
  readonly slots: number;
  readonly leaseMs: number;
  /** How long it goes on drawing when it is stopped. */
  readonly drainMs: number;
  /** Is told what is drawn. */
  readonly report?: DrawingReport | undefined;
  /** Pictures of one person drawn at once, by all workers; 0: any number. */
  readonly runningPerPerson?: number;
  /** 0–1, so that jobs which failed together come back apart. */
  readonly random?: () => number;
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

/** Why an attempt is over, where this event says so; null where it is about another one. */
const endOf = (event: DomainEvent, { attempt }: Claim): 'lost' | 'handedOver' | null => {
  if (!endings.has(event.type) || ('attempt' in event.data && event.data.attempt !== attempt)) return null;
  return event.type === 'JobRequeued' && mayStillBeDrawn(event.data.why) ? 'handedOver' : 'lost';
};

/** Whether a job may be begun there, be it only to see whether the engine is well again. */
const isReady = (circuit: Circuit, now: Date): boolean =>
  circuit.status === 'closed' || (circuit.status === 'open' && now >= new Date(circuit.retryAt));

/**
 * Draws what waits, `slots` pictures at once: looks who is next, claims it for the first engine that can draw it
 * and doesn't rest, draws it. What only resting engines can draw waits, but for the one job that each of them is
 * tried with. It learns of work from the log, and of an attempt that is no longer its own too; between, it sleeps.
 * Stopped, it begins nothing, finishes what it can within `drainMs`, and hands the rest back.
 */
export const startImageWorker = (parts: ImageWorkerParts): Running => {
  const { log, documents, projections, desk, circuits, engines, logger, now, slots, leaseMs, drainMs } =
    parts;
  const { runningPerPerson = 0 } = parts;
  const calls = new Map<string, EngineCalls<Finished>>();
  const callsOf = ({ name }: Pick<ImageEngine, 'name'>): EngineCalls<Finished> => {
    const known = calls.get(name) ?? createEngineCalls<Finished>(name);
    calls.set(name, known);
    return known;
  };
  /** No job is begun any more. */
  const end = new AbortController();
  /** Nothing is drawn any more. */
  const drained = new AbortController();
  const bell = createBell();
  const running = new Map<string, { readonly claim: Claim; readonly controller: AbortController }>();
  const drawings = new Set<Promise<void>>();

  const hear = async (events: readonly DomainEvent[]): Promise<void> => {
    for (const event of events) {
      const own = event.jobId === undefined ? undefined : running.get(event.jobId);
      const why = own === undefined ? null : endOf(event, own.claim);
      if (why !== null) own?.controller.abort(stopped(why));
    }
    const told = events.flatMap((event) => (isEngineEvent(event) ? [event.data.engine] : []));
    for (const name of new Set(told)) callsOf({ name }).follow(await circuits.of(name));
    // Where a person's pictures are limited, the end of one may let another of theirs begin.
    const isOpportunity = ({ type }: DomainEvent): boolean =>
      opportunities.has(type) || (runningPerPerson > 0 && endings.has(type));
    if (events.some(isOpportunity)) bell.ring();
  };

  const begin = (claim: Claim, able: readonly ImageEngine[]): void => {
    const controller = new AbortController();
    running.set(claim.jobId, { claim, controller });
    const attempt = { claim, engines: able, controller };
    const drawing = draw(attempt, { ...parts, callsOf, heartbeatMs: leaseMs / 3 })
      .catch((cause: unknown) => {
        // The log could not be told: the lease runs out, and the sweep hands the job on.
        logger.error({ err: cause, ...idsOf(claim) }, 'an attempt could not be ended');
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
    const known = new Map(
      await Promise.all(engines.map(async ({ name }) => [name, await circuits.of(name)] as const)),
    );
    const circuitOf = ({ name }: ImageEngine): Circuit => known.get(name) ?? closedCircuit;
    const at = now();
    const mayBegin = (engine: ImageEngine): boolean => isReady(circuitOf(engine), at);
    const next = await nextInQueue(documents, at, engines, mayBegin, runningPerPerson);
    if (next === null) return false;
    const { jobId, engine, others } = next;
    const isProbe = circuitOf(engine).status !== 'closed';
    if (isProbe && !(await circuits.probe(engine.name, jobId))) return true;
    callsOf(engine).follow(closedCircuit);
    const claim = await desk.claim(jobId, engine.name);
    if (claim !== null) begin(claim, [engine, ...others]);
    else await circuits.release(engine.name, jobId, 0);
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

  const following = followLog(log, drained.signal, {
    hear,
    onTrouble: (cause) => logger.error({ err: cause }, 'the worker does not hear the log; trying again'),
  });
  const working = work();

  return {
    async stop() {
      end.abort();
      const grace = delay(drainMs, undefined, { signal: drained.signal }).catch(() => undefined);
      await working;
      await Promise.race([Promise.all(drawings), grace]);
      for (const { controller } of running.values()) controller.abort(stopped('shutdown'));
      await Promise.all(drawings);
      drained.abort();
      await following;
      for (const each of calls.values()) each.close();
    },
  };
};
