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
  return async (): Promise<void> => {
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
    const seen = observe(observations, running, clock(), { leaseMs, stuckAfterMs });
    observations = seen.observations;
    for (const { job, attempt, why } of seen.lost) {
      const reference = randomUUID();
      logger.warn({ jobId: job.jobId, attempt, why, reference }, 'an attempt is given up');
      await desk.giveUp(job.jobId, attempt, { code: why, retryable: true, reference });
    }
  };
};

/** The sweep on its schedule. It may run on every node at once: the expected revision makes one win. */
export const startSweep = (parts: SweepParts): Running => {
  const sweep = createSweep(parts);
  let last: Promise<void> = Promise.resolve();
  const task = schedule(
    parts.when,
    () => {
      last = sweep().catch((cause: unknown) => {
        parts.logger.error({ err: cause }, 'the sweep failed; it comes again');
      });
      return last;
    },
    { noOverlap: true },
  );
  return {
    async stop() {
      await task.destroy();
      await last;
    },
  };
};
