import { randomUUID } from 'node:crypto';
import { schedule } from 'node-cron';
import type { Logger } from 'pino';
import { type Circuit, closedCircuit } from '../commands/engine.ts';
import type { Job } from '../projections/model.ts';
import type { ReadModel } from '../projections/readModel.ts';
import { allRunning } from './allRunning.ts';
import type { Circuits } from './circuits.ts';
import { enginesFor } from './engineChoice.ts';
import type { ImageEngine } from './engines/imageEngine.ts';
import { createIdleProbes } from './idleProbes.ts';
import type { Running } from './imageWorker.ts';
import type { JobDesk } from './jobDesk.ts';
import { type Limits, type Lost, type Observation, observe } from './observation.ts';
import { afterRest } from './verdict.ts';

export interface SweepParts extends Limits {
  readonly readModel: Pick<ReadModel, 'jobs'>;
  readonly desk: Pick<JobDesk, 'giveUp'>;
  readonly circuits: Circuits;
  readonly engines: readonly Pick<ImageEngine, 'name' | 'models'>[];
  readonly logger: Logger;
  readonly now: () => Date;
  /** A monotonic clock in milliseconds. */
  readonly clock: () => number;
  /** Cron with seconds. */
  readonly when: string;
  /** 0–1, so that jobs which failed together come back apart. */
  readonly random?: () => number;
}

/** What the last sweep saw and did. */
export interface Swept {
  /** Running jobs that it looked at. */
  readonly looked: number;
  readonly gaveUp: number;
  /** Circuits whose probe nobody drew any more. */
  readonly released: number;
  /** Of those that still run, by its own clock, in milliseconds. */
  readonly longestSilenceMs: number;
}

/** How the sweep is doing. */
export interface SweepHealth extends Swept {
  /** How long ago it last ran to its end, in milliseconds; since it started where it has not yet. */
  readonly quietMs: number;
  /** False until it has run to its end once. */
  readonly hasRun: boolean;
  readonly leaseMs: number;
  /** What it failed at last; null where all went well. */
  readonly reason: string | null;
  /** Since it started. */
  readonly done: { readonly attempts_ended: number; readonly probes_ended: number };
}

/**
 * Looks once at all running jobs, and ends the attempts that nobody should wait for any longer; and at
 * the circuits, and ends probes that nobody draws.
 */
export const createSweep = (parts: Omit<SweepParts, 'when'>) => {
  const { readModel, desk, circuits, engines, logger, now, clock, leaseMs, stuckAfterMs } = parts;
  const { random = Math.random } = parts;
  let observations: ReadonlyMap<string, Observation> = new Map();
  const idleProbes = createIdleProbes(leaseMs);

  /** A stuck engine has failed. That a worker fell silent says nothing of its engine. */
  const circuitAfterLoss = ({ job, why }: Lost, engine: string, reference: string): Promise<Circuit> =>
    why === 'stuck'
      ? circuits.failed(engine, job.jobId, { code: why, reference, atOnce: false })
      : circuits.of(engine);

  const giveUp = async (lost: Lost): Promise<void> => {
    const { job, attempt, why } = lost;
    const { jobId, engine } = job;
    const reference = randomUUID();
    const circuit = engine === null ? closedCircuit : await circuitAfterLoss(lost, engine, reference);
    const others = enginesFor(engines, job.request.model).filter(({ name }) => name !== engine);
    const besides = await Promise.all(others.map(({ name }) => circuits.of(name)));
    const { correlationId } = await desk.giveUp(jobId, attempt, {
      code: why,
      retryable: true,
      reference,
      ...afterRest(circuit, besides, now(), random),
    });
    logger.warn({ jobId, correlationId, attempt, why, reference }, 'an attempt is given up');
  };

  const releaseIdleProbes = async (running: readonly Job[]): Promise<number> => {
    let released = 0;
    for (const { name: engine } of engines) {
      const circuit = await circuits.of(engine);
      const jobId = idleProbes.look(engine, circuit, running, clock());
      if (jobId === null) continue;
      logger.warn({ engine, jobId }, 'nobody draws the job that an engine was to be tried with');
      await circuits.release(engine, jobId, 0);
      released += 1;
    }
    return released;
  };

  return async (): Promise<Swept> => {
    const running = await allRunning(readModel);
    const at = clock();
    const seen = observe(observations, running, at, { leaseMs, stuckAfterMs });
    observations = seen.observations;
    for (const lost of seen.lost) await giveUp(lost);
    const released = await releaseIdleProbes(running);
    const givenUp = new Set<string>(seen.lost.map(({ job }) => job.jobId));
    const silences = [...seen.observations].flatMap(([id, { heardAt }]) =>
      givenUp.has(id) ? [] : [at - heardAt],
    );
    return {
      looked: running.length,
      gaveUp: seen.lost.length,
      released,
      longestSilenceMs: silences.reduce((longest, silence) => Math.max(longest, silence), 0),
    };
  };
};

/** The sweep on its schedule. It may run on every node at once: the expected revision makes one win. */
export const startSweep = (parts: SweepParts): Running & { health(): SweepHealth } => {
  const { logger, clock, leaseMs } = parts;
  const sweep = createSweep(parts);
  let last: Promise<void> = Promise.resolve();
  let swept: Swept = { looked: 0, gaveUp: 0, released: 0, longestSilenceMs: 0 };
  let done: SweepHealth['done'] = { attempts_ended: 0, probes_ended: 0 };
  let endedAt = clock();
  let hasRun = false;
  let reason: string | null = null;

  const run = async (): Promise<void> => {
    try {
      swept = await sweep();
      done = {
        attempts_ended: done.attempts_ended + swept.gaveUp,
        probes_ended: done.probes_ended + swept.released,
      };
      endedAt = clock();
      hasRun = true;
      reason = null;
    } catch (cause) {
      reason = cause instanceof Error ? cause.message : String(cause);
      logger.error({ err: cause }, 'the sweep failed; it comes again');
    }
  };
  const task = schedule(
    parts.when,
    () => {
      last = run();
      return last;
    },
    { noOverlap: true },
  );
  return {
    health: () => ({ ...swept, quietMs: clock() - endedAt, hasRun, leaseMs, reason, done }),
    async stop() {
      await task.destroy();
      await last;
    },
  };
};
