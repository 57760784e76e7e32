import type { FailureCode } from '../../src/events/failures.ts';
import { positionOf } from '../../src/events/ids.ts';
import type { JobEvent, Picture } from '../../src/events/job.ts';
import { ada, conversationNumber, imageNumber, jobNumber, messageNumber, request } from './happened.ts';

type Fact<Type extends JobEvent['type']> = Extract<JobEvent, { type: Type }>;

/** Of a job whose JobQueued is the first event of the log. */
export const order = { ticket: positionOf(1), priority: 0, round: 0 };

export const picture: Picture = {
  imageId: imageNumber(1),
  width: 512,
  height: 512,
  contentType: 'image/png',
  bytes: 9,
  seed: 7,
};

export const queued = (): Fact<'JobQueued'> => ({
  type: 'JobQueued',
  data: {
    jobId: jobNumber(1),
    conversationId: conversationNumber(1),
    messageId: messageNumber(1),
    owner: ada,
    request,
    priority: 0,
    round: 0,
    limits: { attempts: 2, timeoutMs: 60_000 },
    retryOf: null,
  },
});

export const refused = (): Fact<'JobRefused'> => ({
  type: 'JobRefused',
  data: { code: 'queue_full', reference: 'r' },
});

export const started = (attempt = 1): Fact<'JobStarted'> => ({
  type: 'JobStarted',
  data: { worker: 'worker:1', engine: 'sketch', attempt, order },
});

export const submitted = (
  attempt = 1,
  engineId = 'prompt-1',
  { engine = 'comfyui', picture: which = 0 } = {},
): Fact<'JobSubmitted'> => ({
  type: 'JobSubmitted',
  data: { attempt, engine, picture: which, engineId, pollingUrl: null },
});

export const progressed = (attempt = 1, step = 3): Fact<'JobProgressed'> => ({
  type: 'JobProgressed',
  data: { attempt, step, steps: 20, stage: 'sky', preview: imageNumber(2) },
});

export const completed = (
  attempt = 1,
  durations = { waitedMs: 1_000, drawnMs: 500 },
): Fact<'JobCompleted'> => ({
  type: 'JobCompleted',
  data: { attempt, images: [picture], seed: 7, engine: 'sketch', model: 'sketch 1', durations, order },
});

export const failed = (attempt = 1, code: FailureCode = 'timeout', retryable = true): Fact<'JobFailed'> => ({
  type: 'JobFailed',
  data: { code, retryable, attempt, reference: 'r', order },
});

export const requeued = (
  attempt = 1,
  notBefore: string | null = null,
  why: FailureCode = 'timeout',
): Fact<'JobRequeued'> => ({
  type: 'JobRequeued',
  data: { why, attempt, nextAttempt: attempt + 1, notBefore, reference: 'r', order },
});

export const prioritized = (
  priority: number,
  was: 'waiting' | 'running' = 'waiting',
  previousPriority = 0,
): Fact<'JobPrioritized'> => ({
  type: 'JobPrioritized',
  data: { previousPriority, was, order: { ...order, priority } },
});

export const cancelled = (was: 'accepted' | 'waiting' | 'running' = 'waiting'): Fact<'JobCancelled'> => ({
  type: 'JobCancelled',
  data: { by: ada, was, order: was === 'accepted' ? null : order },
});

export const discarded = (
  attempt = 1,
  why = 'the attempt was over before its pictures came',
): Fact<'JobResultDiscarded'> => ({
  type: 'JobResultDiscarded',
  data: { attempt, images: [picture.imageId], why },
});
