import { conversationDecider } from '../commands/conversation.ts';
import { type Handled, handle, load } from '../commands/handler.ts';
import { type JobCommand, jobDecider } from '../commands/job.ts';
import { isActive, type JobLimits, type JobState, limitsFor } from '../commands/jobState.ts';
import { messageDecider } from '../commands/message.ts';
import type { DomainFact } from '../events/catalogue.ts';
import type { CommandId, ImageId, JobId, MessageId } from '../events/ids.ts';
import type { EventLog } from '../events/log/eventLog.ts';
import type { Actor, Subject } from '../events/metadata.ts';
import { conversationStream, jobStream, messageStream } from '../events/streams.ts';
import { pauseAfter } from './backoff.ts';
import type { Admit, Failure, JobDesk, Standing } from './jobDesk.ts';

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
  /** Goes on with what a person asked for: under the request that the job, or before it its message, began with. */
  const run = (
    id: JobId,
    command: JobCommand,
    subject: Subject = {},
    correlationId: string | null = null,
  ): Promise<Handled<JobState>> => {
    const cause = { actor, commandId: newId() as CommandId, correlationId, subject };
    return handle({ log, now }, jobDecider, jobStream(id), command, cause);
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
    await run(jobId, { type: 'queue', ...asked, limits, retryOf: null }, subject, correlationId);
  };

  return {
    queue,
    async claim(jobId, engine) {
      const handled = await run(jobId, { type: 'start', worker: actor.id, engine, now: now() });
      const started = handled.facts.find((fact) => fact.type === 'JobStarted');
      if (started === undefined || handled.state.status !== 'waiting') return null;
      const { details, submitted } = handled.state;
      const { request, limits } = details;
      return { jobId, attempt: started.data.attempt, request, timeoutMs: limits.timeoutMs, submitted };
    },
    async submit({ jobId, attempt }, submission) {
      return standing(await run(jobId, { type: 'submit', attempt, ...submission }), 'JobSubmitted');
    },
    async progress({ jobId, attempt }, { step, steps, stage, preview }) {
      const shown = { step, steps, stage, preview: preview as ImageId | null };
      return standing(await run(jobId, { type: 'progress', attempt, ...shown }), 'JobProgressed');
    },
    async complete({ jobId, attempt }, result) {
      const handled = await run(jobId, { type: 'complete', attempt, ...result, now: now() });
      return standing(handled, 'JobCompleted');
    },
    async fail({ jobId, attempt }, failure) {
      const { retryable } = failure;
      const handled = await run(jobId, { type: 'fail', retryable, ...lostAttempt(attempt, failure) });
      return standing(handled, 'JobFailed', 'JobRequeued');
    },
    async giveUp(jobId, attempt, failure) {
      await run(jobId, { type: 'lose', ...lostAttempt(attempt, failure) });
    },
    async cancel(jobId) {
      await run(jobId, { type: 'cancel', by: actor });
    },
  };
};
