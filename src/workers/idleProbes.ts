import type { Circuit } from '../commands/engine.ts';
import type { JobId } from '../events/ids.ts';
import type { Job } from '../projections/model.ts';

/**
 * Finds probes that nobody draws: their worker died before it claimed the job, or before it told what
 * became of it. Idleness is counted by this observer's own monotonic clock, like silence.
 */
export const createIdleProbes = (leaseMs: number) => {
  const idleSince = new Map<string, { readonly jobId: JobId; readonly at: number }>();
  return {
    /** One look at an engine's circuit; the job whose probe is over, or null. */
    look(
      engine: string,
      circuit: Circuit,
      running: readonly Pick<Job, 'jobId'>[],
      now: number,
    ): JobId | null {
      const jobId = circuit.status === 'half_open' ? circuit.jobId : null;
      if (jobId === null || running.some((job) => job.jobId === jobId)) {
        idleSince.delete(engine);
        return null;
      }
      const seen = idleSince.get(engine);
      if (seen?.jobId !== jobId) {
        idleSince.set(engine, { jobId, at: now });
        return null;
      }
      return now - seen.at >= leaseMs ? jobId : null;
    },
  };
};
