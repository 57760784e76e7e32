import type { DomainEvent, Event } from '../events/catalogue.ts';
import type { JobId } from '../events/ids.ts';
import { isPublic, publicEvent } from '../events/public.ts';
import { jobOf } from './jobs.ts';
import type { TimelineRow } from './model.ts';
import { projection } from './projection.ts';
import { audience, movesQueue } from './scopes.ts';

/** The job that an event is about; an engine's failures and probes name the one that they were met with. */
const jobConcerned = (event: Event): JobId | null => {
  switch (event.type) {
    case 'EngineFailed':
    case 'EngineSucceeded':
    case 'CircuitHalfOpened':
      return event.data.jobId;
    default:
      return jobOf(event);
  }
};

/** What a row says that its event, as clients see it, doesn't: the rest of the row is worked out from it. */
type Kept = Pick<
  TimelineRow,
  'event' | 'recordedAt' | 'stream' | 'eventId' | 'ownerId' | 'correlationId' | 'causationId' | 'origin'
>;

const whole = ({
  event,
  recordedAt,
  stream,
  eventId,
  ownerId,
  correlationId,
  causationId,
  origin,
}: Kept): TimelineRow => ({
  position: event.position,
  event,
  shown: isPublic(event.type),
  recordedAt,
  stream,
  eventId,
  type: event.type,
  actorId: event.actor.id,
  conversationId: event.conversationId ?? null,
  messageId: event.messageId ?? null,
  jobId: jobConcerned(event),
  ownerId,
  correlationId,
  causationId,
  origin,
  audience: audience(event, ownerId),
  movesQueue: movesQueue(event) ? true : null,
});

const keptOf = (event: DomainEvent): Kept => ({
  event: publicEvent(event),
  recordedAt: event.recordedAt,
  stream: event.stream,
  eventId: event.id,
  ownerId: event.ownerId ?? null,
  correlationId: event.correlationId,
  causationId: event.causationId,
  origin: event.origin ?? null,
});

/**
 * One row an event: what replay to clients, audit and time travel read. Its id is its position. Each
 * question that is asked of the past has its index, so that an answer costs what it tells and not the log.
 * Nothing is written down twice: of a row's thousand characters a quarter were in its event already.
 */
export const timeline = projection<TimelineRow>({
  name: 'timeline',
  version: 3,
  indexes: [
    ['audience', 'position'],
    ['movesQueue', 'position'],
    ['position'],
    ['conversationId', 'position'],
    ['conversationId', 'type', 'position'],
    ['messageId', 'position'],
    ['jobId', 'position'],
    ['actorId', 'position'],
    ['type', 'position'],
    ['correlationId', 'position'],
  ],
  byPosition: true,
  text: {
    write: ({ event, recordedAt, stream, eventId, ownerId, correlationId, causationId, origin }) =>
      JSON.stringify({ event, recordedAt, stream, eventId, ownerId, correlationId, causationId, origin }),
    read: (text) => whole(JSON.parse(text)),
  },
  writtenOnce: true,
  keys: ({ position }) => [position],
  apply: (_, event) => whole(keptOf(event)),
});
