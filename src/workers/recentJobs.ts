import type { Loaded } from '../commands/handler.ts';
import { isActive, type JobState } from '../commands/jobState.ts';
import type { JobId } from '../events/ids.ts';
import type { EventLog } from '../events/log/eventLog.ts';

/** Of all jobs that are kept: some 10,000 with prompts of usual length, in about 10 MB. */
const mostCharacters = 4_000_000;

/** What a job holds beside its prompts: ids, names, order, what was submitted. */
const charactersBeside = 300;

const charactersOf = (job: JobState): number => {
  if (!isActive(job)) return 0;
  const { prompt, negativePrompt } = job.details.request;
  const submitted = job.submitted.reduce((sum, { pollingUrl }) => sum + 150 + (pollingUrl?.length ?? 0), 0);
  return charactersBeside + prompt.length + (negativePrompt?.length ?? 0) + submitted;
};

/**
 * How this process left the jobs that wait or run, so that its next command on one needn't read it. Others
 * may have gone on with a job since, so what is here is believed, never known (handleKnowing).
 */
export interface RecentJobs {
  recall(id: JobId): Loaded<JobState> | null;
  /** In place of what was kept of it; null, and a job that has ended, is forgotten. */
  keep(id: JobId, job: Loaded<JobState> | null): void;
}

/** Those kept longest go first when there are too many. */
export const createRecentJobs = (most = mostCharacters): RecentJobs => {
  const kept = new Map<JobId, Loaded<JobState>>();
  let characters = 0;

  const forget = (id: JobId): void => {
    const job = kept.get(id);
    if (job === undefined) return;
    characters -= charactersOf(job.state);
    kept.delete(id);
  };

  return {
    recall: (id) => kept.get(id) ?? null,
    keep(id, job) {
      forget(id);
      if (job === null || !isActive(job.state)) return;
      kept.set(id, job);
      characters += charactersOf(job.state);
      for (const oldest of kept.keys()) {
        if (characters <= most) return;
        forget(oldest);
      }
    },
  };
};

const ofLogs = new WeakMap<EventLog, RecentJobs>();

/** One for all that act on this log in this process: who queues a job and who draws it. */
export const recentJobsOf = (log: EventLog): RecentJobs => {
  const found = ofLogs.get(log) ?? createRecentJobs();
  ofLogs.set(log, found);
  return found;
};
