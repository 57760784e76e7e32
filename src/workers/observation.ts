import type { FailureCode } from '../events/failures.ts';
import type { Job } from '../projections/model.ts';

/** What one observer saw of a running job, and since when, by its own monotonic clock (milliseconds). */
export interface Observation {
  readonly position: string;
  readonly heardAt: number;
  /** Attempt, step, stage and preview as text. */
  readonly shown: string;
  readonly movedAt: number;
}

export interface Limits {
  /** Longest silence of a running job. */
  readonly leaseMs: number;
  /** Longest time in which it says only the same. */
  readonly stuckAfterMs: number;
}

/** An attempt that nobody should wait for any longer. */
export interface Lost {
  readonly job: Job;
  readonly attempt: number;
  readonly why: FailureCode;
}

const shownBy = ({ attempt, step, stage, preview }: Job): string =>
  JSON.stringify([attempt, step, stage, preview]);

/**
 * One look at all running jobs. Silence is counted from when this observer first saw a job's last
 * event, never by comparing the clocks of two machines; so a new observer waits a whole lease first.
 */
export const observe = (
  before: ReadonlyMap<string, Observation>,
  running: readonly Job[],
  now: number,
  { leaseMs, stuckAfterMs }: Limits,
): { readonly observations: ReadonlyMap<string, Observation>; readonly lost: readonly Lost[] } => {
  const observations = new Map<string, Observation>();
  const lost: Lost[] = [];
  for (const job of running) {
    const { position, attempt } = job;
    const shown = shownBy(job);
    const seen = before.get(job.jobId);
    const heardAt = seen?.position === position ? seen.heardAt : now;
    const movedAt = seen?.shown === shown ? seen.movedAt : now;
    observations.set(job.jobId, { position, heardAt, shown, movedAt });
    if (now - heardAt >= leaseMs) lost.push({ job, attempt, why: 'engine_unavailable' });
    else if (now - movedAt >= stuckAfterMs) lost.push({ job, attempt, why: 'stuck' });
  }
  return { observations, lost };
};
