import type { FailureCode } from '../events/failures.ts';
import type { JobEvent, Picture } from '../events/job.ts';
import type { Actor, Subject } from '../events/metadata.ts';
import type { Decider } from './decider.ts';
import { DomainError } from './errors.ts';
import { evolveJob, isActive, type JobState, noJob } from './jobState.ts';

/**
 * # A job, from the log
 *
 *     none ──queue──▶ waiting ──start──▶ running ──complete──▶ completed
 *      │ │               ▲ │             │ │ │
 *      │ │               └─┼── requeue ──┘ │ └──fail, lose──▶ failed      (no attempts left)
 *      │ └──cancel──┐      │               │
 *      │            ▼      ▼               │
 *      └──refuse──▶ failed / cancelled ◀───┘ cancel
 *
 * `none` is a job that a message asked for and that has no event of its own yet: people see it as
 * accepted. `completed`, `failed` and `cancelled` are the end: nothing leads out of them, so a job ends
 * in exactly one of them, whoever comes first in the log. `JobResultDiscarded` may follow the end.
 *
 * The **attempt** is the fence: what a worker says about an attempt that isn't the running one changes
 * nothing. The **ticket** is the position of JobQueued; requeueing keeps it.
 *
 * What an attempt **submitted** to an engine may still be drawn there when its worker is gone: the next attempt
 * asks for it first, so that nothing is drawn or paid twice.
 *
 * A crash at each arrow, before its event is in the log (after it, the arrow has happened):
 *
 * - queue, refuse: the message is still on the to-do list of the queueing process; any node does it again.
 * - start: the job still waits; another worker claims it.
 * - running, wherever the worker dies: it falls silent, the lease runs out, the sweep says `lose`; what it
 *   had submitted is in the log, and asked for by the next attempt.
 * - complete: the pictures are stored but named by no event; as above, and they are collected later.
 * - fail, lose: the job stays running and silent; any sweep says `lose` again.
 * - cancel, prioritize: the person gets no answer and repeats it under the same command id.
 */

export type JobCommand =
  | ({ readonly type: 'queue' } & DataOf<'JobQueued'>)
  | { readonly type: 'refuse'; readonly code: FailureCode; readonly reference: string }
  | StartJob
  | ({ readonly type: 'submit' } & DataOf<'JobSubmitted'>)
  | ({ readonly type: 'progress' } & DataOf<'JobProgressed'>)
  | CompleteJob
  | (LostAttempt & { readonly type: 'fail'; readonly retryable: boolean })
  /** The sweep: the lease ran out, or it is stuck. Another attempt may help. */
  | (LostAttempt & { readonly type: 'lose' })
  | { readonly type: 'prioritize'; readonly priority: number }
  | { readonly type: 'cancel'; readonly by: Actor }
  | ({ readonly type: 'discard' } & DataOf<'JobResultDiscarded'>);

/** A worker claims it. Nothing happens where it doesn't wait, or `notBefore` lies ahead of `now`. */
export interface StartJob {
  readonly type: 'start';
  readonly worker: string;
  readonly engine: string;
  readonly now: Date;
}

type DataOf<Type extends JobEvent['type']> = Extract<JobEvent, { type: Type }>['data'];

export interface CompleteJob {
  readonly type: 'complete';
  readonly attempt: number;
  readonly images: readonly Picture[];
  readonly engine: string;
  readonly model: string;
  readonly now: Date;
}

interface LostAttempt {
  readonly attempt: number;
  readonly code: FailureCode;
  readonly reference: string;
  /** Before then the next attempt isn't begun, ISO 8601; null: at once. */
  readonly notBefore: string | null;
  /** It ended for no fault of the job's: another follows, though this was its last. */
  readonly spared: boolean;
}

type Running = Extract<JobState, { status: 'running' }>;

/** The job while this attempt of it is running; null where the attempt is over, or never was. */
const during = (attempt: number, job: JobState): Running | null =>
  job.status === 'running' && job.attempt === attempt ? job : null;

const start = ({ worker, engine, now }: StartJob, job: JobState): JobEvent[] => {
  if (job.status !== 'waiting') return [];
  if (job.notBefore !== null && now < new Date(job.notBefore)) return [];
  const { nextAttempt: attempt, details } = job;
  return [{ type: 'JobStarted', data: { worker, engine, attempt, order: details.order } }];
};

/** Never below 0: the clocks of two machines may differ. */
const millisecondsBetween = (from: Date, until: Date): number =>
  Math.max(0, until.getTime() - from.getTime());

const complete = (command: CompleteJob, job: JobState): JobEvent[] => {
  const { attempt, images, engine, model, now } = command;
  const running = during(attempt, job);
  if (running === null) {
    const why = 'the attempt was over before its pictures came';
    return discard({ attempt, images: images.map(({ imageId }) => imageId), why }, job);
  }
  const { request, order, queuedAt } = running.details;
  const startedAt = new Date(running.startedAt);
  const durations = {
    waitedMs: millisecondsBetween(new Date(queuedAt), startedAt),
    drawnMs: millisecondsBetween(startedAt, now),
  };
  const { seed } = request;
  const data = { attempt, images: [...images], seed, engine, model, durations, order };
  return [{ type: 'JobCompleted', data }];
};

/**
 * The one rule of attempts: another follows where it may help and one is left; else the job has failed.
 * The last is never taken by what isn't the job's fault: while its engine rests, or when its worker is
 * stopped, a job that has used its attempts up keeps one more. Counting attempts back instead would let
 * a request that breaks its engine each time go on for ever on a quiet queue.
 */
const endAttempt = (lost: LostAttempt, retryable: boolean, job: JobState): JobEvent[] => {
  const running = during(lost.attempt, job);
  if (running === null) return [];
  const { attempt, code, reference, notBefore, spared } = lost;
  const { limits, order } = running.details;
  if (!retryable || (attempt >= limits.attempts && !spared))
    return [{ type: 'JobFailed', data: { code, retryable, attempt, reference, order } }];
  const nextAttempt = attempt + 1;
  return [{ type: 'JobRequeued', data: { why: code, attempt, nextAttempt, notBefore, reference, order } }];
};

const prioritize = (priority: number, job: JobState): JobEvent[] => {
  if (job.status === 'none')
    throw new DomainError('job_not_queued', 'This job is not in the queue yet. Try again in a moment.');
  if (!isActive(job))
    throw new DomainError(
      'job_ended',
      'This job has ended: only a waiting or running job has a priority to change.',
    );
  const { order } = job.details;
  if (order.priority === priority) return [];
  const data = { previousPriority: order.priority, was: job.status, order: { ...order, priority } };
  return [{ type: 'JobPrioritized', data }];
};

const cancel = (by: Actor, job: JobState): JobEvent[] => {
  if (job.status === 'none') return [{ type: 'JobCancelled', data: { by, was: 'accepted', order: null } }];
  if (!isActive(job)) return [];
  return [{ type: 'JobCancelled', data: { by, was: job.status, order: job.details.order } }];
};

/** Noted once an attempt; what the job was completed with, or may still be, is no late result. */
const discard = (data: DataOf<'JobResultDiscarded'>, job: JobState): JobEvent[] => {
  if (job.status === 'none' || job.discarded.includes(data.attempt)) return [];
  const own = (job.status === 'running' || job.status === 'completed') && job.attempt === data.attempt;
  return own ? [] : [{ type: 'JobResultDiscarded', data }];
};

const decide = (command: JobCommand, job: JobState): readonly JobEvent[] => {
  switch (command.type) {
    case 'queue': {
      const { type: _, ...data } = command;
      return job.status === 'none' ? [{ type: 'JobQueued', data }] : [];
    }
    case 'refuse': {
      const { code, reference } = command;
      return job.status === 'none' ? [{ type: 'JobRefused', data: { code, reference } }] : [];
    }
    case 'start':
      return start(command, job);
    case 'submit': {
      const { type: _, ...data } = command;
      return during(data.attempt, job) === null ? [] : [{ type: 'JobSubmitted', data }];
    }
    case 'progress': {
      const { type: _, ...data } = command;
      return during(data.attempt, job) === null ? [] : [{ type: 'JobProgressed', data }];
    }
    case 'complete':
      return complete(command, job);
    case 'fail':
      return endAttempt(command, command.retryable, job);
    case 'lose':
      return endAttempt(command, true, job);
    case 'prioritize':
      return prioritize(command.priority, job);
    case 'cancel':
      return cancel(command.by, job);
    case 'discard': {
      const { type: _, ...data } = command;
      return discard(data, job);
    }
  }
};

/** Of a job without events only JobQueued tells; else the command's caller knows whom it concerns. */
const subjectOf = ([first]: readonly JobEvent[], job: JobState): Subject => {
  const known = first?.type === 'JobQueued' ? first.data : job.status === 'none' ? null : job.details;
  if (known === null) return {};
  const { conversationId, messageId, jobId, owner } = known;
  return { conversationId, messageId, jobId, ownerId: owner.id };
};

export const jobDecider: Decider<JobState, JobCommand, JobEvent> = {
  initial: noJob,
  evolve: evolveJob,
  decide,
  subjectOf,
};
