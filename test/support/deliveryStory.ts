import { randomUUID } from 'node:crypto';
import { catalogue, type DomainFact } from '../../src/events/catalogue.ts';
import {
  type ConversationId,
  type EventId,
  type JobId,
  type MessageId,
  type Position,
  positionOf,
  type UserId,
} from '../../src/events/ids.ts';
import type { Picture, QueueOrder } from '../../src/events/job.ts';
import type { JsonObject } from '../../src/events/json.ts';
import type { EventLog, NewEvent } from '../../src/events/log/eventLog.ts';
import type { Person, Subject } from '../../src/events/metadata.ts';
import type { StreamName } from '../../src/events/streams.ts';
import { imageNumber, request } from './happened.ts';

export const personCalled = (name: string): Person => ({ id: name.toLowerCase() as UserId, name });

export interface ToldJob {
  readonly jobId: JobId;
  readonly conversationId: ConversationId;
  readonly messageId: MessageId;
  readonly owner: Person;
  readonly order: QueueOrder;
}

const picture: Picture = {
  imageId: imageNumber(1),
  width: 512,
  height: 512,
  contentType: 'image/png',
  bytes: 9,
  seed: 7,
};

const newEvent = (fact: DomainFact, subject: Subject, by: string): NewEvent => ({
  id: randomUUID() as EventId,
  type: fact.type,
  data: { ...fact.data },
  metadata: {
    actor: { id: by, name: by },
    correlationId: 'correlation',
    causationId: 'causation',
    at: new Date().toISOString(),
    schema: catalogue[fact.type].version,
    subject,
  },
});

/** Appends to a log what people and workers would, with as few words as a test can have. */
export const tellStory = (log: EventLog) => {
  const append = async (
    stream: StreamName,
    fact: DomainFact,
    subject: Subject,
    by = 'ada',
  ): Promise<Position> => {
    const event = newEvent(fact, subject, by);
    return (await log.append(stream, 'any', [event])).position;
  };
  const inConversation = (
    conversationId: ConversationId,
    fact: Extract<DomainFact, { type: `Conversation${string}` | `Participant${string}` }>,
  ) => append(`conversation-${conversationId}`, fact, { conversationId });
  const ofJob = (
    { jobId, conversationId, messageId, owner }: ToldJob,
    fact: Extract<DomainFact, { type: `Job${string}` }>,
  ) => append(`job-${jobId}`, fact, { conversationId, messageId, jobId, ownerId: owner.id });

  const join = (id: ConversationId, participant: Person) =>
    inConversation(id, { type: 'ParticipantJoined', data: { participant } });

  return {
    async start(startedBy: Person, ...others: Person[]): Promise<ConversationId> {
      const conversationId = randomUUID() as ConversationId;
      await inConversation(conversationId, {
        type: 'ConversationStarted',
        data: { conversationId, title: 'Harbour', startedBy },
      });
      for (const person of [startedBy, ...others]) await join(conversationId, person);
      return conversationId;
    },
    join,
    leave: (id: ConversationId, participant: Person) =>
      inConversation(id, { type: 'ParticipantLeft', data: { participant } }),
    rename: (id: ConversationId, title: string) =>
      inConversation(id, { type: 'ConversationRenamed', data: { title } }),
    /** So many times at once; resolves with the positions. */
    async renameOften(conversationId: ConversationId, times: number, title = 'again'): Promise<Position[]> {
      const event = (): NewEvent =>
        newEvent({ type: 'ConversationRenamed', data: { title } }, { conversationId }, 'ada');
      const stream: StreamName = `conversation-${conversationId}`;
      const { position } = await log.append(stream, 'any', Array.from({ length: times }, event));
      return Array.from({ length: times }, (_, n) => positionOf(BigInt(position) - BigInt(times - 1 - n)));
    },
    async post(conversationId: ConversationId, author: Person, text: string, metadata: JsonObject = {}) {
      const messageId = randomUUID() as MessageId;
      const data = { messageId, conversationId, author, text, metadata, image: null };
      return append(`message-${messageId}`, { type: 'MessagePosted', data }, { conversationId, messageId });
    },
    /** A message with a picture asked for, and its job in the queue. */
    async queued(conversationId: ConversationId, owner: Person, priority = 0): Promise<ToldJob> {
      const messageId = randomUUID() as MessageId;
      const jobId = randomUUID() as JobId;
      const image = { jobId, request, priority };
      const subject = { conversationId, messageId, jobId, ownerId: owner.id };
      const posted = { messageId, conversationId, author: owner, text: 'please', metadata: {}, image };
      await append(`message-${messageId}`, { type: 'MessagePosted', data: posted }, subject);
      const limits = { attempts: 3, timeoutMs: 600_000 };
      const data = {
        jobId,
        conversationId,
        messageId,
        owner,
        request,
        priority,
        round: 0,
        limits,
        retryOf: null,
      };
      const ticket = await append(`job-${jobId}`, { type: 'JobQueued', data }, subject);
      return { jobId, conversationId, messageId, owner, order: { ticket, priority, round: 0 } };
    },
    started: (job: ToldJob) =>
      ofJob(job, {
        type: 'JobStarted',
        data: { worker: 'w', engine: 'sketch', attempt: 1, order: job.order },
      }),
    progressed: (job: ToldJob, step: number) =>
      ofJob(job, {
        type: 'JobProgressed',
        data: { attempt: 1, step, steps: 20, stage: 'drawing', preview: imageNumber(2) },
      }),
    completed: (job: ToldJob) =>
      ofJob(job, {
        type: 'JobCompleted',
        data: {
          ...{ attempt: 1, images: [picture], seed: 7, engine: 'sketch', model: 'sketch' },
          durations: { waitedMs: 1, drawnMs: 1 },
          order: job.order,
        },
      }),
    cancelled: (job: ToldJob, was: 'waiting' | 'running' = 'waiting') =>
      ofJob(job, { type: 'JobCancelled', data: { by: job.owner, was, order: job.order } }),
    requeued: (job: ToldJob) =>
      ofJob(job, {
        type: 'JobRequeued',
        data: {
          ...{ why: 'engine_unavailable', attempt: 1, nextAttempt: 2, notBefore: null, reference: 'r' },
          order: job.order,
        },
      }),
    prioritized: (job: ToldJob, previousPriority: number, priority: number) =>
      ofJob(job, {
        type: 'JobPrioritized',
        data: { previousPriority, was: 'waiting', order: { ...job.order, priority } },
      }),
    discarded: (job: ToldJob) =>
      ofJob(job, { type: 'JobResultDiscarded', data: { attempt: 1, images: [], why: 'late' } }),
    pause: () => append('queue-images', { type: 'QueuePaused', data: {} }, {}),
    resume: () => append('queue-images', { type: 'QueueResumed', data: {} }, {}),
  };
};

export type Story = ReturnType<typeof tellStory>;
