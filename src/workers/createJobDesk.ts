import { conversationDecider } from '../commands/conversation.ts';
import { type Cause, type Handled, handleKnowing, load, notBegun } from '../commands/handler.ts';
import { type JobCommand, jobDecider } from '../commands/job.ts';
import { isActive, type JobLimits, type JobState, limitsFor } from '../commands/jobState.ts';
import { messageDecider } from '../commands/message.ts';
import { shareLoads } from '../commands/sharedLoads.ts';
import type { DomainFact } from '../events/catalogue.ts';
import type { CommandId, EventId, ImageId, JobId, MessageId } from '../events/ids.ts';
import type { EventLog } from '../events/log/eventLog.ts';
import type { Actor, Subject } from '../events/metadata.ts';
import { conversationStream, jobStream, messageStream } from '../events/streams.ts';
import { pauseAfter } from './backoff.ts';
import type { Admit, Failure, JobDesk, Standing } from './jobDesk.ts';
import { recentJobsOf } from './recentJobs.ts';

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

/** What made it act, and the request that this goes back to. */
interface Occasion {
  /** Null: the one that the job began with. */
  readonly correlationId: string | null;
  /** Null: the last event of the job. */
  readonly because: EventId | null;
}

const ownHistory: Occasion = { correlationId: null, because: null };

/** A job is nearly always new when it is queued: then there is nothing to read. */
const none = notBegun(jobDecider);

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
  const causeOf = (subject: Subject, { correlationId, because }: Occasion): Cause => ({
    actor,
    commandId: newId() as CommandId,
    correlationId,
    subject,
    because: because ?? 'last',
  });
  const loadConversation = shareLoads(log, conversationDecider);
  const recent = recentJobsOf(log);
  /** Goes on with what a person asked for: under the request that the job, or before it its message, began with. */
  const run = async (
    id: JobId,
    command: JobCommand,
    subject: Subject = {},
    occasion: Occasion = ownHistory,
    recall = () => recent.recall(id),
  ): Promise<Handled<JobState>> => {
    const cause = causeOf(subject, occasion);
    const handled = await handleKnowing(handling, jobDecider, jobStream(id), command, cause, recall);
    recent.keep(id, handled.after ?? null);
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
    const message = await load(log, messageStream(messageId), messageDecider);
    const { state, correlationId } = message;
    if (state.status === 'none' || state.posted.image === null) return;
    const { conversationId, author, image } = state.posted;
    const { jobId, request, priority } = image;
    const subject = { conversationId, messageId, jobId, ownerId: author.id };
    const around = await loadConversation(conversationStream(conversationId));
    if (state.status === 'removed' || around.state.status !== 'open') {
      const because = state.status === 'removed' ? message.lastId : around.lastId;
      await run(jobId, { type: 'cancel', by: actor }, subject, { correlationId, because });
      return;
    }
    const occasion = { correlationId, because: message.firstId };
    const admission = await admit(author.id, priority);
    if ('refused' in admission) {
      await run(jobId, { type: 'refuse', ...admission.refused }, subject, occasion);
      return;
    }
    const limits = limitsFor(request, jobLimits);
    const asked = { jobId, conversationId, messageId, owner: author, request, priority, ...admission };
    const command = { type: 'queue', ...asked, limits, retryOf: null } as const;
    await run(jobId, command, subject, occasion, () => none);
  };

  /** Its message was removed, or its conversation archived. */
  const whyCancelled = async (id: JobId): Promise<Occasion> => {
    const { state } = await load(log, jobStream(id), jobDecider);
    if (!isActive(state)) return ownHistory;
    const { conversationId, messageId } = state.details;
    const message = await load(log, messageStream(messageId), messageDecider);
    if (message.state.status === 'removed') return { ...ownHistory, because: message.lastId };
    const around = await loadConversation(conversationStream(conversationId));
    return { ...ownHistory, because: around.state.status === 'archived' ? around.lastId : null };
  };

  const correlationOf = async (jobId: JobId, { after }: Handled<JobState>): Promise<string> => {
    const known = after ?? (await load(log, jobStream(jobId), jobDecider));
    return known.correlationId ?? jobId;
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
      const correlationId = await correlationOf(jobId, handled);
      return { jobId, correlationId, attempt, request, timeoutMs: limits.timeoutMs, submitted };
    },
    async submit(claim, submission) {
      const { attempt } = claim;
      return standing(await run(claim.jobId, { type: 'submit', attempt, ...submission }), 'JobSubmitted');
    },
    async progress(claim, { step, steps, stage, preview }) {
      const { attempt } = claim;
      const shown = { step, steps, stage, preview: preview as ImageId | null };
      return standing(await run(claim.jobId, { type: 'progress', attempt, ...shown }), 'JobProgressed');
    },
    async complete(claim, result) {
      const { attempt } = claim;
      const handled = await run(claim.jobId, { type: 'complete', attempt, ...result, now: now() });
      return standing(handled, 'JobCompleted');
    },
    async fail(claim, failure) {
      const { retryable } = failure;
      const command = { type: 'fail', retryable, ...lostAttempt(claim.attempt, failure) } as const;
      return standing(await run(claim.jobId, command), 'JobFailed', 'JobRequeued');
    },
    async giveUp(jobId, attempt, failure) {
      const handled = await run(jobId, { type: 'lose', ...lostAttempt(attempt, failure) });
      return { correlationId: await correlationOf(jobId, handled) };
    },
    async cancel(jobId) {
      await run(jobId, { type: 'cancel', by: actor }, {}, await whyCancelled(jobId));
    },
  };
};
