import type { DomainEvent } from '../events/catalogue.ts';
import type { JobId } from '../events/ids.ts';
import { isPublic, publicEvent } from '../events/public.ts';
import { jobOf } from './jobs.ts';
import type { TimelineRow } from './model.ts';
import { projection } from './projection.ts';
import { audience, movesQueue } from './scopes.ts';

/** The job that an event is about; an engine's failures and probes name the one that they were met with. */
const jobConcerned = (event: DomainEvent): JobId | null => {
  switch (event.type) {
    case 'EngineFailed':
    case 'EngineSucceeded':
    case 'CircuitHalfOpened':
      return event.data.jobId;
    default:
      return jobOf(event);
  }
};

/**
 * One row an event: what replay to clients, audit and time travel read. Its id is its position. Each
 * question that is asked of the past has its index, so that an answer costs what it tells and not the log.
 */
export const timeline = projection<TimelineRow>({
  name: 'timeline',
  version: 2,
  indexes: [
    ['conversationId', 'shown', 'position'],
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
  lists: ['audience'],
  writtenOnce: true,
  keys: ({ position }) => [position],
  apply: (_, event) => ({
    position: event.position,
    event: publicEvent(event),
    shown: isPublic(event.type),
    recordedAt: event.recordedAt,
    stream: event.stream,
    eventId: event.id,
    type: event.type,
    actorId: event.actor.id,
    conversationId: event.conversationId ?? null,
    messageId: event.messageId ?? null,
    jobId: jobConcerned(event),
    ownerId: event.ownerId ?? null,
    correlationId: event.correlationId,
    causationId: event.causationId,
    audience: audience(event),
    movesQueue: movesQueue(event) ? true : null,
  }),
});
