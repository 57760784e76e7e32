import { isPublic, publicEvent } from '../events/public.ts';
import type { TimelineRow } from './model.ts';
import { projection } from './projection.ts';
import { audience, movesQueue } from './scopes.ts';

/** One row an event: what replay to clients, audit and time travel read. Its id is its position. */
export const timeline = projection<TimelineRow>({
  name: 'timeline',
  version: 1,
  indexes: [
    ['conversationId', 'shown', 'position'],
    ['audience', 'position'],
    ['movesQueue', 'position'],
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
    conversationId: event.conversationId ?? null,
    ownerId: event.ownerId ?? null,
    correlationId: event.correlationId,
    causationId: event.causationId,
    audience: audience(event),
    movesQueue: movesQueue(event) ? true : null,
  }),
});
