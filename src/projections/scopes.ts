import type { Event } from '../events/catalogue.ts';
import type { UserId } from '../events/ids.ts';
import { isPublic, publicEvent } from '../events/public.ts';
import type { QueueChange, WaitingJob } from './places.ts';
import type { Scope } from './readModel.ts';

/** An event, and whose job it is about. */
export type OwnedEvent = Event & { readonly ownerId?: UserId };

/** In whose `user` scope an event is: who joins or leaves, the starter, the owner of the job. */
export const audience = (event: Event, ownerId: UserId | null): UserId | null => {
  switch (event.type) {
    case 'ConversationStarted':
      return event.data.startedBy.id;
    case 'ParticipantJoined':
    case 'ParticipantLeft':
      return event.data.participant.id;
    default:
      return isPublic(event.type) ? ownerId : null;
  }
};

const nobody = '' as UserId;

/** What an event is to someone who watches the queue; null where it doesn't move it. */
export const queueChange = (
  event: Event & { readonly ownerId?: UserId },
  viewer: UserId,
): QueueChange | null => {
  const { position, schema, at } = event;
  const envelope = { position, schema, at };
  const own = event.ownerId === viewer ? (event.jobId ?? null) : null;
  const waiting = (order: Omit<WaitingJob, 'own' | 'place'>): WaitingJob => ({
    ticket: order.ticket,
    priority: order.priority,
    round: order.round,
    own,
  });
  switch (event.type) {
    case 'JobQueued': {
      const { priority, round } = event.data;
      return { ...envelope, type: 'queued', data: waiting({ ticket: position, priority, round }) };
    }
    case 'JobRequeued':
      return { ...envelope, type: 'queued', data: waiting(event.data.order) };
    case 'JobStarted':
      return { ...envelope, type: 'left', data: { ...waiting(event.data.order), why: 'started' } };
    case 'JobCancelled': {
      const { order, was } = event.data;
      if (order === null) return null;
      return was === 'running'
        ? { ...envelope, type: 'ended', data: waiting(order) }
        : { ...envelope, type: 'left', data: { ...waiting(order), why: 'cancelled' } };
    }
    case 'JobPrioritized': {
      const { order, was, previousPriority } = event.data;
      if (was !== 'waiting') return null;
      return { ...envelope, type: 'prioritized', data: { ...waiting(order), previousPriority } };
    }
    case 'JobCompleted':
    case 'JobFailed':
      return { ...envelope, type: 'ended', data: waiting(event.data.order) };
    case 'QueuePaused':
      return { ...envelope, type: 'paused', data: {} };
    case 'QueueResumed':
      return { ...envelope, type: 'resumed', data: {} };
    default:
      return null;
  }
};

/** Whether the event is one of scope `queue`, whoever watches. */
export const movesQueue = (event: Event): boolean => queueChange(event, nobody) !== null;

/** Whether the event is one of the scope that this person may see there. */
export const inScope = (event: OwnedEvent, scope: Scope, viewer: UserId): boolean => {
  switch (scope.scope) {
    case 'conversation':
      return isPublic(event.type) && event.conversationId === scope.id;
    case 'user':
      return audience(event, event.ownerId ?? null) === viewer;
    case 'queue':
      return movesQueue(event);
  }
};

/** The event as that scope shows it. Only for events that are in it. */
export const shownIn = (event: OwnedEvent, scope: Scope, viewer: UserId): Event | QueueChange =>
  scope.scope === 'queue' ? (queueChange(event, viewer) ?? publicEvent(event)) : publicEvent(event);
