import { catalogue, type Event, type EventType, isKnownType } from '../events/catalogue.ts';
import type { QueueChange } from '../projections/places.ts';
import type { ScopeEvent } from '../projections/readModel.ts';

/*
 * A server may be newer than this library. A type that isn't known here is left out: nothing here shows
 * what it is about. A known type in another version can't be folded and can't be left out: the state
 * must be read from the server, which has folded it.
 */

/** Known types of queue changes, and the events whose versions they have. */
const madeOf: { readonly [Type in QueueChange['type']]: readonly EventType[] } = {
  queued: ['JobQueued', 'JobRequeued'],
  left: ['JobStarted', 'JobCancelled'],
  prioritized: ['JobPrioritized'],
  ended: ['JobCompleted', 'JobFailed', 'JobCancelled'],
  paused: ['QueuePaused'],
  resumed: ['QueueResumed'],
};

const isEvent = (event: ScopeEvent): event is Event => isKnownType(event.type);

const isChange = (event: ScopeEvent): event is QueueChange => Object.hasOwn(madeOf, event.type);

/** The events of known types; null where one of them has a version that can't be folded here. */
export const readableEvents = (events: readonly ScopeEvent[]): readonly Event[] | null => {
  const known = events.filter(isEvent);
  return known.every(({ type, schema }) => catalogue[type].version === schema) ? known : null;
};

/** The same for changes of the queue. */
export const readableChanges = (events: readonly ScopeEvent[]): readonly QueueChange[] | null => {
  const known = events.filter(isChange);
  const isReadable = ({ type, schema }: QueueChange) =>
    madeOf[type].some((event) => catalogue[event].version === schema);
  return known.every(isReadable) ? known : null;
};
