import type { Event } from '../events/catalogue.ts';
import type { FailureCode } from '../events/failures.ts';
import type { ConversationId, JobId, MessageId } from '../events/ids.ts';
import type { ImageRequest } from '../events/imageRequest.ts';
import { type JobEvent, jobEvents, type QueueOrder } from '../events/job.ts';
import type { Person } from '../events/metadata.ts';

/** What the log says of a job; the arrows between these are drawn in job.ts. */
export type JobState =
  | { readonly status: 'none' }
  | (Details & {
      readonly status: 'waiting';
      readonly nextAttempt: number;
      readonly notBefore: string | null;
    } & Submitted)
  | (Details & Submitted & RunningAttempt & { readonly status: 'running' })
  | (Details & { readonly status: 'completed'; readonly attempt: number })
  | (Ended & { readonly status: 'failed'; readonly code: FailureCode })
  | (Ended & { readonly status: 'cancelled' });

/** What JobQueued said, and where the job stands in the queue's order by now. */
export interface JobDetails {
  readonly jobId: JobId;
  readonly conversationId: ConversationId;
  readonly messageId: MessageId;
  readonly owner: Person;
  readonly request: ImageRequest;
  readonly limits: JobLimits;
  readonly retryOf: JobId | null;
  readonly order: QueueOrder;
  readonly queuedAt: string;
}

export interface JobLimits {
  readonly attempts: number;
  /** Longest that one attempt may take. */
  readonly timeoutMs: number;
}

/** A picture that was handed to an engine, and under what it can be asked for there. */
export type Submission = Pick<SubmittedData, 'engine' | 'picture' | 'engineId' | 'pollingUrl'>;
type SubmittedData = Extract<JobEvent, { type: 'JobSubmitted' }>['data'];

interface Submitted {
  /** What may be at engines from this attempt or those before it; of each picture the last at each engine. */
  readonly submitted: readonly Submission[];
}

interface Details {
  readonly details: JobDetails;
  /** Attempts whose late result was noted. */
  readonly discarded: readonly number[];
}

/** `details` is null where it was refused or cancelled before it was queued. */
interface Ended {
  readonly details: JobDetails | null;
  readonly discarded: readonly number[];
}

interface RunningAttempt {
  readonly attempt: number;
  readonly worker: string;
  readonly engine: string;
  readonly startedAt: string;
}

export type ActiveJob = Extract<JobState, { status: 'waiting' | 'running' }>;

export const noJob: JobState = { status: 'none' };

export const isActive = (job: JobState): job is ActiveJob =>
  job.status === 'waiting' || job.status === 'running';

const isJobEvent = (event: Event): event is Event<JobEvent> => Object.hasOwn(jobEvents, event.type);

const queued = (event: Event<Extract<JobEvent, { type: 'JobQueued' }>>): JobState => {
  const { priority, round, ...rest } = event.data;
  const order = { ticket: event.position, priority, round };
  return {
    status: 'waiting',
    details: { ...rest, order, queuedAt: event.at },
    nextAttempt: 1,
    notBefore: null,
    discarded: [],
    submitted: [],
  };
};

/** The job that has neither begun nor ended takes its first event; anything but these three is impossible. */
const evolveNone = (job: JobState, event: Event<JobEvent>): JobState => {
  switch (event.type) {
    case 'JobQueued':
      return queued(event);
    case 'JobRefused':
      return { status: 'failed', details: null, code: event.data.code, discarded: [] };
    case 'JobCancelled':
      return { status: 'cancelled', details: null, discarded: [] };
    default:
      return job;
  }
};

/**
 * Whether an engine may still have what an attempt submitted that ended so: worker or engine went away. After any
 * other end the drawing itself was the trouble, and the next attempt draws anew.
 */
export const mayStillBeDrawn = (why: FailureCode): boolean => why === 'engine_unavailable';

const withSubmission = (
  submitted: readonly Submission[],
  { engine, picture, engineId, pollingUrl }: SubmittedData,
): readonly Submission[] => [
  ...submitted.filter((other) => other.engine !== engine || other.picture !== picture),
  { engine, picture, engineId, pollingUrl },
];

const evolveActive = (job: ActiveJob, event: Event<JobEvent>): JobState => {
  const { details, discarded, submitted } = job;
  switch (event.type) {
    case 'JobStarted': {
      const { attempt, worker, engine } = event.data;
      const own = { attempt, worker, engine, startedAt: event.at };
      return { status: 'running', details, discarded, submitted, ...own };
    }
    case 'JobRequeued': {
      const { why, nextAttempt, notBefore } = event.data;
      const kept = mayStillBeDrawn(why) ? submitted : [];
      return { status: 'waiting', details, discarded, submitted: kept, nextAttempt, notBefore };
    }
    case 'JobCompleted':
      return { status: 'completed', details, discarded, attempt: event.data.attempt };
    case 'JobFailed':
      return { status: 'failed', details, discarded, code: event.data.code };
    case 'JobCancelled':
      return { status: 'cancelled', details, discarded };
    case 'JobSubmitted':
      return { ...job, submitted: withSubmission(submitted, event.data) };
    case 'JobPrioritized':
      return { ...job, details: { ...details, order: event.data.order } };
    case 'JobQueued':
    case 'JobRefused':
    case 'JobProgressed':
    case 'JobResultDiscarded':
      return job;
  }
};

/** What ended stays ended, whatever follows. */
export const evolveJob = (job: JobState, event: Event): JobState => {
  if (!isJobEvent(event)) return job;
  if (job.status === 'none') return evolveNone(job, event);
  if (event.type === 'JobResultDiscarded')
    return { ...job, discarded: [...job.discarded, event.data.attempt] };
  return isActive(job) ? evolveActive(job, event) : job;
};

/** What a job of this request may take: the request's own limit never lengthens the server's. */
export const limitsFor = ({ timeoutMs }: ImageRequest, server: JobLimits): JobLimits => ({
  attempts: server.attempts,
  timeoutMs: Math.min(timeoutMs ?? server.timeoutMs, server.timeoutMs),
});
