import { type ConversationEvent, conversationEvents } from './conversation.ts';
import type { EventDefinition } from './define.ts';
import type { ConversationId, EventId, JobId, MessageId, Position, UserId } from './ids.ts';
import { type JobEvent, jobEvents } from './job.ts';
import type { Json } from './json.ts';
import type { RecordedEvent } from './log/eventLog.ts';
import { type LogEvent, logEvents } from './logIdentity.ts';
import { type MessageEvent, messageEvents } from './message.ts';
import type { Actor } from './metadata.ts';
import { type QueueEvent, queueEvents } from './queue.ts';
import type { StreamName } from './streams.ts';

/** Everything that can happen, as `{ type, data }`. */
export type DomainFact = ConversationEvent | MessageEvent | JobEvent | QueueEvent | LogEvent;
export type EventType = DomainFact['type'];

export const catalogue: { readonly [Type in EventType]: EventDefinition } = {
  ...conversationEvents,
  ...messageEvents,
  ...jobEvents,
  ...queueEvents,
  ...logEvents,
};

/** The part of an event's envelope that clients see (design: `Event` of docs/protocol.md). */
export interface PublicEnvelope {
  readonly position: Position;
  readonly schema: number;
  /** When it was decided, ISO 8601. */
  readonly at: string;
  readonly actor: Actor;
  readonly conversationId?: ConversationId;
  readonly messageId?: MessageId;
  readonly jobId?: JobId;
  /** Place in the event's own stream. */
  readonly revision: number;
}

/** The rest of the envelope, which stays on the server. */
export interface PrivateEnvelope {
  readonly id: EventId;
  readonly stream: StreamName;
  readonly recordedAt: string;
  readonly correlationId: string;
  readonly causationId: string;
  /** Whose job it is about. */
  readonly ownerId?: UserId;
}

/** An event as reducers take it, on the server and in the browser. */
export type Event<Fact extends DomainFact = DomainFact> = Fact extends DomainFact
  ? Fact & PublicEnvelope
  : never;

/** An event read from the log, of a known type, in today's version. It is an `Event` too. */
export type DomainEvent<Fact extends DomainFact = DomainFact> = Event<Fact> & PrivateEnvelope;

/** An event was written by a newer release, or an upcaster is missing: to go on would be to guess. */
export class UnknownEventVersion extends Error {
  readonly code = 'unknown_event_version';
  constructor(type: string, version: number, position: Position) {
    super(`event ${position} is ${type} in version ${version}, which this release can not read`);
    this.name = 'UnknownEventVersion';
  }
}

export const isKnownType = (type: string): type is EventType => Object.hasOwn(catalogue, type);

const upcast = (type: EventType, version: number, data: Json, at: Position): Json => {
  const { version: current, upcasters } = catalogue[type];
  if (version === current) return data;
  const step = version < current ? upcasters?.[version] : undefined;
  if (step === undefined) throw new UnknownEventVersion(type, version, at);
  return upcast(type, version + 1, step(data), at);
};

/**
 * A recorded event in today's version, flattened; null for a type that this release doesn't know.
 * The data isn't validated again: it was when it was appended, and reading must stay cheap.
 * @throws UnknownEventVersion
 */
export const decode = (recorded: RecordedEvent): DomainEvent | null => {
  if (!isKnownType(recorded.type)) return null;
  const { metadata } = recorded;
  return {
    type: recorded.type,
    data: upcast(recorded.type, metadata.schema, recorded.data, recorded.position),
    position: recorded.position,
    schema: catalogue[recorded.type].version,
    at: metadata.at,
    actor: metadata.actor,
    ...metadata.subject,
    revision: recorded.revision,
    id: recorded.id,
    stream: recorded.stream,
    recordedAt: recorded.recordedAt,
    correlationId: metadata.correlationId,
    causationId: metadata.causationId,
  } as DomainEvent;
};
