import { conversationDecider } from '../commands/conversation.ts';
import { type Cause, type Handled, handle, handleKnowing, type Loaded, load } from '../commands/handler.ts';
import { type JobCommand, jobDecider } from '../commands/job.ts';
import { isActive, type JobLimits, type JobState, limitsFor, noJob } from '../commands/jobState.ts';
import { messageDecider } from '../commands/message.ts';
import type { DomainFact } from '../events/catalogue.ts';
import type { CommandId, ImageId, JobId, MessageId } from '../events/ids.ts';
import type { EventLog } from '../events/log/eventLog.ts';
import type { Actor, Subject } from '../events/metadata.ts';
import { conversationStream, jobStream, messageStream } from '../events/streams.ts';
import { pauseAfter } from './backoff.ts';
import type { Admit, Claim, Failure, JobDesk, Standing } from './jobDesk.ts';

export interface JobDeskParts {
  readonly log: EventLog;
  /** Who acts: `worker:<id>`, `sweep`, `queueing`. */
  readonly actor: Actor;
  readonly now: () => Date;
  /** A new UUID, version 7. */
  readonly newId: () => string;
  readonly jobLimits: JobLimits;
  /** 0–1, so that jobs which failed together come back apart. */
  readonly random?: () => number;
}

/** A job is nearly always new when it is queued: then there is nothing to read. */
const none: Loaded<JobState> = { state: noJob, revision: null, position: null, correlationId: null };

const admitAll: Admit = async () => ({ round: 0 });

/** The desk of one actor, on this log. */
export const createJobDesk = ({
  log,
  actor,
  now,
  newId,
  jobLimits,
  random = Math.random,
}: JobDeskParts): JobDesk => {
  const handling = { log, now };
  const causeOf = (subject: Subject = {}, correlationId: string | null = null): Cause => ({
    actor,
    commandId: newId() as CommandId,
    correlationId,
    subject,
  });
  /** Goes on with what a person asked for: under the request that the job, or before it its message, began with. */
  const run = (
    id: JobId,
    command: JobCommand,
    subject?: Subject,
    correlationId?: string | null,
  ): Promise<Handled<JobState>> =>
    handle(handling, jobDecider, jobStream(id), command, causeOf(subject, correlationId));

  /** How this desk left the jobs that it has claimed, for as long as their claims are held. */
  const left = new WeakMap<Claim, Loaded<JobState>>();
  const leave = (claim: Claim, { after }: Handled<JobState>): void => {
    if (after === undefined) left.delete(claim);
    else left.set(claim, after);
  };
  const runFor = async (claim: Claim, command: JobCommand): Promise<Handled<JobState>> => {
    const known = left.get(claim);
    const stream = jobStream(claim.jobId);
    const handled =
      known === undefined
        ? await run(claim.jobId, command)
        : await handleKnowing(handling, jobDecider, stream, command, causeOf(), known);
    leave(claim, handled);
    return handled;
  };
  const happened = ({ facts }: Handled<JobState>, type: DomainFact['type']): boolean =>
    facts.some((fact) => fact.type === type);
  const standing = (handled: Handled<JobState>, ...wanted: readonly DomainFact['type'][]): Standing => {
    if (wanted.some((type) => happened(handled, type))) return 'kept';
    const { state } = handled;
    return isActive(state) && state.submitted.length > 0 ? 'handedOver' : 'lost';
  };

  const lostAttempt = (attempt: number, { code, reference, spared }: Failure) => {
    const pause = pauseAfter(attempt, random());
    const { notBefore } = spared ?? { notBefore: new Date(now().getTime() + pause) };
    const again = { notBefore: notBefore?.toISOString() ?? null, spared: spared !== undefined };
    return { attempt, code, reference, ...again };
  };

  const queue = async (messageId: MessageId, admit = admitAll): Promise<void> => {
    const { state, correlationId } = await load(log, messageStream(messageId), messageDecider);
    if (state.status === 'none' || state.posted.image === null) return;
    const { conversationId, author, image } = state.posted;
    const { jobId, request, priority } = image;
    const subject = { conversationId, messageId, jobId, ownerId: author.id };
    const around = await load(log, conversationStream(conversationId), conversationDecider);
    if (state.status === 'removed' || around.state.status !== 'open') {
      await run(jobId, { type: 'cancel', by: actor }, subject, correlationId);
      return;
    }
    const admission = await admit(author.id, priority);
    if ('refused' in admission) {
      await run(jobId, { type: 'refuse', ...admission.refused }, subject, correlationId);
      return;
    }
    const limits = limitsFor(request, jobLimits);
    const asked = { jobId, conversationId, messageId, owner: author, request, priority, ...admission };
    const command = { type: 'queue', ...asked, limits, retryOf: null } as const;
    const cause = causeOf(subject, correlationId);
    await handleKnowing(handling, jobDecider, jobStream(jobId), command, cause, none);
  };

  return {
    queue,
    async claim(jobId, engine) {
      const handled = await run(jobId, { type: 'start', worker: actor.id, engine, now: now() });
      const started = handled.facts.find((fact) => fact.type === 'JobStarted');
      if (started === undefined || handled.state.status !== 'waiting') return null;
      const { details, submitted } = handled.state;
      const { request, limits } = details;
      const { attempt } = started.data;
      const claim = { jobId, attempt, request, timeoutMs: limits.timeoutMs, submitted };
      leave(claim, handled);
      return claim;
    },
    async submit(claim, submission) {
      const { attempt } = claim;
      return standing(await runFor(claim, { type: 'submit', attempt, ...submission }), 'JobSubmitted');
    },
    async progress(claim, { step, steps, stage, preview }) {
      const { attempt } = claim;
      const shown = { step, steps, stage, preview: preview as ImageId | null };
      return standing(await runFor(claim, { type: 'progress', attempt, ...shown }), 'JobProgressed');
    },
    async complete(claim, result) {
      const { attempt } = claim;
      const handled = await runFor(claim, { type: 'complete', attempt, ...result, now: now() });
      return standing(handled, 'JobCompleted');
    },
    async fail(claim, failure) {
      const { retryable } = failure;
      const command = { type: 'fail', retryable, ...lostAttempt(claim.attempt, failure) } as const;
      return standing(await runFor(claim, command), 'JobFailed', 'JobRequeued');
    },
    async giveUp(jobId, attempt, failure) {
      await run(jobId, { type: 'lose', ...lostAttempt(attempt, failure) });
    },
    async cancel(jobId) {
      await run(jobId, { type: 'cancel', by: actor });
    },
  };
};
