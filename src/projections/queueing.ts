import type { DomainEvent } from '../events/catalogue.ts';
import type { JobId } from '../events/ids.ts';
import type { QueueingTask } from './model.ts';
import { projection } from './projection.ts';

const done = (task: QueueingTask): boolean =>
  !task.removed && task.toQueue === null && task.active.length === 0;

/** A task with `due` worked out; null where nothing is left to do or to know. */
const settled = (task: Omit<QueueingTask, 'due'>): QueueingTask | null => {
  const due = task.toQueue !== null || (task.removed && task.active.length > 0);
  const whole = { ...task, due };
  return done(whole) ? null : whole;
};

const without = (jobs: readonly JobId[], job: JobId | undefined): readonly JobId[] =>
  jobs.filter((other) => other !== job);

const firstOf = (event: DomainEvent): QueueingTask | null => {
  const { position } = event;
  if (event.type === 'MessagePosted' && event.data.image !== null) {
    const { messageId, conversationId, image } = event.data;
    const nothingYet = { active: [], removed: false, postedPosition: position, position };
    return settled({ messageId, conversationId, toQueue: image.jobId, ...nothingYet });
  }
  if (event.type !== 'JobQueued') return null;
  const { messageId, conversationId, jobId } = event.data;
  const retried = { toQueue: null, active: [jobId], removed: false, postedPosition: position, position };
  return settled({ messageId, conversationId, ...retried });
};

const foldTask = (task: QueueingTask | null, event: DomainEvent): QueueingTask | null => {
  if (task === null) return firstOf(event);
  const { position, jobId } = event;
  if (position <= task.position) return task;
  const toQueue = task.toQueue === jobId ? null : task.toQueue;
  switch (event.type) {
    case 'MessageRemoved':
      return settled({ ...task, removed: true, position });
    case 'JobQueued':
      return settled({ ...task, toQueue, active: [...task.active, event.data.jobId], position });
    case 'JobRefused':
    case 'JobCompleted':
    case 'JobFailed':
    case 'JobCancelled':
      return settled({ ...task, toQueue, active: without(task.active, jobId), position });
    default:
      return task;
  }
};

const concerning: ReadonlySet<string> = new Set([
  'MessagePosted',
  'MessageRemoved',
  'JobQueued',
  'JobRefused',
  'JobCompleted',
  'JobFailed',
  'JobCancelled',
] satisfies DomainEvent['type'][]);

/**
 * The to-do list of the process that queues, one task a message: jobs to be queued, and jobs of a
 * removed message to be cancelled. What is done leaves the list, so working it off needs no checkpoint.
 */
export const queueing = projection<QueueingTask>({
  name: 'queueing',
  version: 1,
  indexes: [['due', 'postedPosition'], ['conversationId', 'postedPosition'], ['postedPosition']],
  keys: ({ messageId, type }) => (messageId !== undefined && concerning.has(type) ? [messageId] : []),
  apply: foldTask,
});
