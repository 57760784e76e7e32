import type { DomainEvent } from '../events/catalogue.ts';
import type { QueueOrder } from '../events/job.ts';
import type { QueueEntry, QueueState } from './model.ts';
import { queueOrderKey } from './places.ts';
import { projection } from './projection.ts';

const ordered = ({ ticket, priority, round }: QueueOrder) => ({
  ...{ ticket, priority, round },
  orderKey: queueOrderKey({ ticket, priority, round }),
});

/** A job's entry after an event about it; null where it isn't in the queue, or no longer. */
export const foldEntry = (entry: QueueEntry | null, event: DomainEvent): QueueEntry | null => {
  const { position } = event;
  if (entry !== null && position <= entry.position) return entry;
  if (event.type === 'JobQueued') {
    const { jobId, owner, priority, round } = event.data;
    const order = ordered({ ticket: position, priority, round });
    return { jobId, status: 'waiting', ...order, ownerId: owner.id, notBefore: null, position };
  }
  if (entry === null) return null;
  switch (event.type) {
    case 'JobStarted':
      return { ...entry, status: 'running', notBefore: null, position };
    case 'JobRequeued':
      return { ...entry, status: 'waiting', notBefore: event.data.notBefore, position };
    case 'JobPrioritized':
      return { ...entry, ...ordered(event.data.order), position };
    case 'JobCompleted':
    case 'JobFailed':
    case 'JobCancelled':
      return null;
    default:
      return entry;
  }
};

const concerning: ReadonlySet<string> = new Set([
  'JobQueued',
  'JobStarted',
  'JobRequeued',
  'JobPrioritized',
  'JobCompleted',
  'JobFailed',
  'JobCancelled',
] satisfies DomainEvent['type'][]);

/** Jobs in the queue, and jobs that are being drawn. */
export const queue = projection<QueueEntry>({
  name: 'queue',
  version: 1,
  indexes: [
    ['status', 'orderKey'],
    ['ownerId', 'status', 'orderKey'],
  ],
  keys: ({ jobId, type }) => (jobId !== undefined && concerning.has(type) ? [jobId] : []),
  apply: foldEntry,
});

/** The id of the one document of `queueState`. */
export const queueName = 'images';

/** Whether the queue is paused. */
export const queueState = projection<QueueState>({
  name: 'queueState',
  version: 1,
  indexes: [],
  keys: ({ type }) => (type === 'QueuePaused' || type === 'QueueResumed' ? [queueName] : []),
  apply: (state, { type, position }) =>
    state !== null && position <= state.position ? state : { paused: type === 'QueuePaused', position },
});
