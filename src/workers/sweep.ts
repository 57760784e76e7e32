import { randomUUID } from 'node:crypto';
import { schedule } from 'node-cron';
import type { Logger } from 'pino';
import type { ReadModel } from '../projections/readModel.ts';
import type { Running } from './imageWorker.ts';
import type { JobDesk } from './jobDesk.ts';
import { type Limits, type Observation, observe } from './observation.ts';

export interface SweepParts extends Limits {
  readonly readModel: Pick<ReadModel, 'jobs'>;
  readonly desk: Pick<JobDesk, 'giveUp'>;
  readonly logger: Logger;
  /** A monotonic clock in milliseconds. */
  readonly clock: () => number;
  /** Cron with seconds. */
  readonly when: string;
}

/** What the last sweep saw and did. */
export interface Swept {
  /** Running jobs that it looked at. */
  readonly looked: number;
  readonly gaveUp: number;
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
}

const page = 200;

/** Looks once at all running jobs, and ends the attempts that nobody should wait for any longer. */
export const createSweep = ({
  readModel,
  desk,
  logger,
  clock,
  leaseMs,
  stuckAfterMs,
}: Omit<SweepParts, 'when'>) => {
  let observations: ReadonlyMap<string, Observation> = new Map();
  return async (): Promise<Swept> => {
    const running = [];
    let cursor = null;
    do {
      const found: Awaited<ReturnType<ReadModel['jobs']>> = await readModel.jobs({
        of: null,
        status: 'running',
        limit: page,
        ...(cursor === null ? {} : { cursor }),
      });
      running.push(...found.items);
      cursor = found.nextCursor;
    } while (cursor !== null);
    const now = clock();
    const seen = observe(observations, running, now, { leaseMs, stuckAfterMs });
    observations = seen.observations;
    for (const { job, attempt, why } of seen.lost) {
      const reference = randomUUID();
      logger.warn({ jobId: job.jobId, attempt, why, reference }, 'an attempt is given up');
      await desk.giveUp(job.jobId, attempt, { code: why, retryable: true, reference });
    }
    const givenUp = new Set<string>(seen.lost.map(({ job }) => job.jobId));
    const silences = [...seen.observations].flatMap(([id, { heardAt }]) =>
      givenUp.has(id) ? [] : [now - heardAt],
    );
    return {
      looked: running.length,
      gaveUp: seen.lost.length,
      longestSilenceMs: silences.reduce((longest, silence) => Math.max(longest, silence), 0),
    };
  };
};

/** The sweep on its schedule. It may run on every node at once: the expected revision makes one win. */
export const startSweep = (parts: SweepParts): Running & { health(): SweepHealth } => {
  const { logger, clock, leaseMs } = parts;
  const sweep = createSweep(parts);
  let last: Promise<void> = Promise.resolve();
  let swept: Swept = { looked: 0, gaveUp: 0, longestSilenceMs: 0 };
  let endedAt = clock();
  let hasRun = false;
  let reason: string | null = null;

  const run = async (): Promise<void> => {
    try {
      swept = await sweep();
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
    health: () => ({ ...swept, quietMs: clock() - endedAt, hasRun, leaseMs, reason }),
    async stop() {
      await task.destroy();
      await last;
    },
  };
};
