import type { Config } from '../config.ts';

/** What a job may cost. */
export const jobLimitsOf = (config: Config) => ({
  attempts: config.JOB_ATTEMPTS,
  timeoutMs: config.JOB_TIMEOUT_MS,
});

/** Who may queue how much, and in which order. */
export const queueRulesOf = (config: Config) => ({
  limits: { waitingPerPerson: config.MAX_WAITING_JOBS_PER_USER, length: config.MAX_QUEUE_LENGTH },
  fairShare: config.FAIR_SHARE === 'on',
});
