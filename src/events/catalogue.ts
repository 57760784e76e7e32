import { type ConversationEvent, conversationEvents } from './conversation.ts';
import type { EventDefinition, EventDefinitions } from './define.ts';
import { type EngineEvent, engineEvents } from './engine.ts';
import type { ConversationId, EventId, JobId, MessageId, Position, UserId } from './ids.ts';
import { type JobEvent, jobEvents } from './job.ts';
import type { Json } from './json.ts';
import type { RecordedEvent } from './log/eventLog.ts';
import { type LogEvent, logEvents } from './logIdentity.ts';
import { type MessageEvent, messageEvents } from './message.ts';
import type { Actor, Origin } from './metadata.ts';
import { type PersonEvent, personEvents } from './person.ts';
import { type ProjectionEvent, projectionEvents } from './projection.ts';
import { type QueueEvent, queueEvents } from './queue.ts';
import { type RefusalEvent, refusalEvents } from './refusal.ts';
import { type SealEvent, sealEvents } from './seal.ts';
import type { StreamName } from './streams.ts';
import { type SweepEvent, sweepEvents } from './sweep.ts';

/** Everything that can happen, as `{ type, data }`. */
export type DomainFact =
  | ConversationEvent
  | MessageEvent
  | JobEvent
  | QueueEvent
  | EngineEvent
  | RefusalEvent
  | ProjectionEvent
  | PersonEvent
  | LogEvent
  | SealEvent
  | SweepEvent;
export type EventType = DomainFact['type'];

export const catalogue: { readonly [Type in EventType]: EventDefinition } = {
  ...conversationEvents,
  ...messageEvents,
  ...jobEvents,
  ...queueEvents,
  ...engineEvents,
  ...refusalEvents,
  ...projectionEvents,
  ...personEvents,
  ...logEvents,
  ...sealEvents,
  ...sweepEvents,
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
  readonly origin?: Origin;
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

/** One version nearer to today's at each step. */
const bringToToday = (definition: EventDefinition, { type, version, data, position }: Written): Json => {
  const { version: today, upcasters, downcasters } = definition;
  if (version === today) return data;
  const [step, next] =
    version < today ? [upcasters?.[version], version + 1] : [downcasters?.[version], version - 1];
  if (step === undefined) throw new UnknownEventVersion(type, version, position);
  return bringToToday(definition, { type, version: next, data: step(data), position });
};

interface Written {
  readonly type: string;
  readonly version: number;
  readonly data: Json;
  readonly position: Position;
}

/**
 * Reads by these definitions: a recorded event in today's version, flattened; null for a type that they
 * don't have. The data isn't validated again: it was when it was appended, and reading must stay cheap.
 */
export const decoderOf =
  (definitions: EventDefinitions) =>
  ({ type, data, metadata, ...recorded }: RecordedEvent): DomainEvent | null => {
    const definition = Object.hasOwn(definitions, type) ? definitions[type] : undefined;
    if (definition === undefined) return null;
    const { position, revision, id, stream, recordedAt } = recorded;
    const { at, actor, subject, correlationId, causationId, origin } = metadata;
    return {
      type,
      data: bringToToday(definition, { type, version: metadata.schema, data, position }),
      position,
      schema: definition.version,
      at,
      actor,
      ...subject,
      revision,
      id,
      stream,
      recordedAt,
      correlationId,
      causationId,
      ...(origin === undefined ? {} : { origin }),
    } as DomainEvent;
  };

/** By all that this release knows. @throws UnknownEventVersion */
export const decode = decoderOf(catalogue);
