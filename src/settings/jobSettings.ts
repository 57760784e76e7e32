import { validate } from 'node-cron';
import { z } from 'zod';
import { whole } from './values.ts';

/** How long jobs may wait, run and be silent, and how often the log is sealed. */
export const jobSettings = {
  WORKERS: whole(0, 64).default(2).describe('Images drawn at once by this process.'),
  JOB_ATTEMPTS: whole(1, 20).default(3).describe('Attempts that a job may have.'),
  MAX_WAITING_JOBS_PER_USER: whole(0, 1_000_000)
    .default(100)
    .describe('Pictures of one person that may wait; more are refused. 0: any number.'),
  MAX_RUNNING_JOBS_PER_USER: whole(0, 500)
    .default(10)
    .describe(
      'Pictures of one person that are drawn at once; their others keep their places and are passed over meanwhile. 0: any number.',
    ),
  MAX_QUEUE_LENGTH: whole(0, 1_000_000)
    .default(10_000)
    .describe('Pictures of all people that may wait; more are refused. 0: any number.'),
  FAIR_SHARE: z
    .enum(['on', 'off'], 'must be on or off')
    .default('off')
    .describe(
      '`on`: people whose pictures have the same priority take turns; `off`: first come, first served.',
    ),
  LEASE_MS: whole(500, 600_000)
    .default(30_000)
    .describe('A running job that is silent for longer is given to another worker.'),
  STUCK_AFTER_MS: whole(500, 86_400_000)
    .default(300_000)
    .describe('A running job whose step, stage and preview stay the same for longer is stuck.'),
  JOB_TIMEOUT_MS: whole(1_000, 86_400_000).default(600_000).describe('Longest that an attempt may take.'),
  DRAIN_MS: whole(0, 3_600_000)
    .default(5_000)
    .describe('A worker that is stopped may go on drawing for so long; then it hands back what it draws.'),
  IMAGES_KEEP_MS: whole(10_000, 2_147_483_647)
    .default(86_400_000)
    .describe('Images that no job shows, left by a worker that died say, are removed after this long.'),
  BREAKER_FAILURES: whole(1, 1_000)
    .default(5)
    .describe('An image engine rests after so many failures in a row; jobs wait meanwhile.'),
  BREAKER_RESET_MS: whole(100, 86_400_000)
    .default(60_000)
    .describe('An image engine that rests is tried again with one job after this long.'),
  SWEEP_CRON: z
    .string()
    .refine((expression) => validate(expression), 'must be a cron expression, like */10 * * * * *')
    .default('*/10 * * * * *')
    .describe('When the sweep looks for jobs that are stuck: cron with seconds.'),
  SEAL_EVENTS: whole(1, 100_000)
    .default(1_000)
    .describe('The log is sealed after so many events: see [security](security.md#tamper-evidence).'),
  SEAL_MS: whole(100, 86_400_000)
    .default(60_000)
    .describe('The log is sealed this long after an event at the latest.'),
};
