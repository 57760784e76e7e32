import type { DomainEvent, DomainFact } from '../../src/events/catalogue.ts';
import type {
  CommandId,
  ConversationId,
  EventId,
  ImageId,
  JobId,
  MessageId,
  UserId,
} from '../../src/events/ids.ts';
import { positionOf } from '../../src/events/ids.ts';
import type { ImageRequest } from '../../src/events/imageRequest.ts';
import type { Person } from '../../src/events/metadata.ts';
import type { StreamName } from '../../src/events/streams.ts';

/** Ids that read well in a failing test: the n-th of its kind. */
const numbered = (kind: string, n: number): string => `${kind}-0000-7000-8000-${String(n).padStart(12, '0')}`;
export const conversationNumber = (n: number) => numbered('00000001', n) as ConversationId;
export const messageNumber = (n: number) => numbered('00000002', n) as MessageId;
export const jobNumber = (n: number) => numbered('00000003', n) as JobId;
export const commandNumber = (n: number) => numbered('00000004', n) as CommandId;
export const imageNumber = (n: number) => n.toString(16).padStart(64, '0') as ImageId;

export const ada: Person = { id: 'ada' as UserId, name: 'Ada' };
export const ben: Person = { id: 'ben' as UserId, name: 'Ben' };

export const request: ImageRequest = {
  prompt: 'a lighthouse in a storm',
  negativePrompt: null,
  width: 512,
  height: 512,
  steps: 20,
  seed: 7,
  count: 1,
  model: null,
  timeoutMs: null,
};

/** When the event at position n was decided in tests: n seconds after the year's begin. */
export const timeAt = (n: number): string => new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString();

type Concerns = Partial<
  Pick<DomainEvent, 'conversationId' | 'messageId' | 'jobId' | 'ownerId' | 'causationId'>
>;

/** A log in the head: each call of `happens` is the next event, in its stream's next revision. */
export const openHistory = () => {
  const events: DomainEvent[] = [];
  const revisions = new Map<string, number>();
  const happens = (stream: StreamName, fact: DomainFact, concerns: Concerns = {}): DomainEvent => {
    const number = events.length + 1;
    const revision = (revisions.get(stream) ?? -1) + 1;
    revisions.set(stream, revision);
    const event = {
      ...fact,
      causationId: 'causation',
      ...concerns,
      position: positionOf(number),
      schema: 1,
      at: timeAt(number),
      recordedAt: timeAt(number),
      actor: ada,
      revision,
      stream,
      id: numbered('00000009', number) as EventId,
      correlationId: 'correlation',
    } as DomainEvent;
    events.push(event);
    return event;
  };

  const conversation = (
    n: number,
    fact: Extract<DomainFact, { type: `Conversation${string}` | `Participant${string}` }>,
  ) => happens(`conversation-${conversationNumber(n)}`, fact, { conversationId: conversationNumber(n) });
  const message = (
    n: number,
    fact: Extract<DomainFact, { type: `Message${string}` }>,
    conversationId = conversationNumber(1),
  ) => happens(`message-${messageNumber(n)}`, fact, { conversationId, messageId: messageNumber(n) });
  /** Of the job that has the message's number, or is named. */
  const job = (n: number, fact: Extract<DomainFact, { type: `Job${string}` }>, of = n, owner: Person = ada) =>
    happens(`job-${jobNumber(n)}`, fact, {
      conversationId: conversationNumber(1),
      messageId: messageNumber(of),
      jobId: jobNumber(n),
      ownerId: owner.id,
    });

  return {
    events,
    happens,
    conversation,
    message,
    job,
    starts: (n: number, by: Person = ada) => [
      conversation(n, {
        type: 'ConversationStarted',
        data: { conversationId: conversationNumber(n), title: 'Harbour', startedBy: by },
      }),
      conversation(n, { type: 'ParticipantJoined', data: { participant: by } }),
    ],
    asks: (n: number, author: Person = ada, priority = 0) =>
      message(n, {
        type: 'MessagePosted',
        data: {
          messageId: messageNumber(n),
          conversationId: conversationNumber(1),
          author,
          text: 'please',
          metadata: {},
          image: { jobId: jobNumber(n), request, priority },
        },
      }),
    queued: (n: number, owner: Person = ada, priority = 0, retryOf: number | null = null, round = 0) =>
      job(
        n,
        {
          type: 'JobQueued',
          data: {
            jobId: jobNumber(n),
            conversationId: conversationNumber(1),
            messageId: messageNumber(retryOf ?? n),
            owner,
            request,
            priority,
            round,
            limits: { attempts: 3, timeoutMs: 600_000 },
            retryOf: retryOf === null ? null : jobNumber(retryOf),
          },
        },
        retryOf ?? n,
        owner,
      ),
    queue: (type: 'QueuePaused' | 'QueueResumed') => happens('queue-images', { type, data: {} }),
  };
};

/** The order of a job that was queued at this position without priority. */
export const orderOf = (queued: DomainEvent, priority = 0) => ({
  ticket: queued.position,
  priority,
  round: 0,
});
