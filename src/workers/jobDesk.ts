import type { Submission } from '../commands/jobState.ts';
import type { FailureCode } from '../events/failures.ts';
import type { JobId, MessageId, UserId } from '../events/ids.ts';
import type { ImageRequest } from '../events/imageRequest.ts';
import type { Picture } from '../events/job.ts';
import type { Progress } from './pacing.ts';

/** A job that this worker may draw, until its attempt is over. */
export interface Claim {
  readonly jobId: JobId;
  /** The request that began it all: its events, its lines in the log, its trace. */
  readonly correlationId: string;
  readonly attempt: number;
  readonly request: ImageRequest;
  /** Longest that this attempt may take. */
  readonly timeoutMs: number;
  /** What earlier attempts handed to engines that may have it still. */
  readonly submitted: readonly Submission[];
}

/** As they stand in lines of the log. */
export const idsOf = ({ jobId, correlationId }: Claim) => ({ jobId, correlationId });

/** How an attempt went wrong. */
export interface Failure {
  readonly code: FailureCode;
  /** Whether another attempt may help. */
  readonly retryable: boolean;
  /** Under which the operator's log holds the cause. */
  readonly reference: string;
  /**
   * There where it was for no fault of the job's: another attempt follows, though this was its last, not
   * before then; null: at once. Left out, it waits longer after each attempt.
   */
  readonly spared?: { readonly notBefore: Date | null };
}

/**
 * What becomes of an attempt that a worker has to say something about. `lost`: it was no longer its own;
 * `handedOver`: neither, and whoever has the job next asks its engine for what that has by now.
 */
export type Standing = 'kept' | 'lost' | 'handedOver';

/** Whether one more of this person's jobs may join the queue, and in which round of the fair share. */
export type Admit = (
  owner: UserId,
  priority: number,
) => Promise<
  | { readonly round: number }
  | { readonly refused: { readonly code: FailureCode; readonly reference: string } }
>;

/** Everything that happens to a job by itself, as decisions appended to the log under one actor. */
export interface JobDesk {
  /** Queues the job that the message asked for, or ends it: where `admit` says no, or its place in the world is gone. */
  queue(messageId: MessageId, admit?: Admit): Promise<void>;
  /** Takes the job for its next attempt; null where it doesn't wait, or another worker was first. */
  claim(jobId: JobId, engine: string): Promise<Claim | null>;
  /** Noted before anything else is done, so that the next attempt can ask for it. */
  submit(claim: Claim, submission: Submission): Promise<Standing>;
  progress(claim: Claim, progress: Progress): Promise<Standing>;
  /** Keeps the pictures; those of an attempt that is over are noted as discarded. */
  complete(
    claim: Claim,
    result: { readonly images: readonly Picture[]; readonly engine: string; readonly model: string },
  ): Promise<Standing>;
  fail(claim: Claim, failure: Failure): Promise<Standing>;
  /**
   * Ends an attempt that nobody should wait for: requeued where attempts are left, else failed. Answers the request
   * that the job began with, for the log.
   */
  giveUp(jobId: JobId, attempt: number, failure: Failure): Promise<Pick<Claim, 'correlationId'>>;
  cancel(jobId: JobId): Promise<void>;
}
