import type { Event } from '../events/catalogue.ts';
import type { JobId } from '../events/ids.ts';
import { acceptedImage, foldImage, isJobEvent, queuedImage } from './imageState.ts';
import type { Job, JobStatus } from './model.ts';
import { projection } from './projection.ts';

const ended: ReadonlySet<JobStatus> = new Set(['completed', 'failed', 'cancelled']);

/** Which job an event is about: its own, or the one that a message asks for. */
export const jobOf = (event: Event): JobId | null =>
  event.type === 'MessagePosted' ? (event.data.image?.jobId ?? null) : (event.jobId ?? null);

const firstOf = (event: Event): Job | null => {
  const { position } = event;
  if (event.type === 'MessagePosted' && event.data.image !== null) {
    const { conversationId, messageId, author, image } = event.data;
    return {
      ...acceptedImage(image.jobId, image.request, image.priority),
      ...{ conversationId, messageId, owner: author, ownerId: author.id, retryOf: null },
      ...{ active: true, createdPosition: position, revision: -1, position },
    };
  }
  if (event.type !== 'JobQueued') return null;
  const { conversationId, messageId, owner, retryOf } = event.data;
  return {
    ...queuedImage(event),
    ...{ conversationId, messageId, owner, ownerId: owner.id, retryOf },
    ...{ active: true, createdPosition: position, revision: event.revision, position },
  };
};

/** The job after an event about it, the same reference where nothing changes. */
export const foldJob = (job: Job | null, event: Event): Job | null => {
  if (job === null) return firstOf(event);
  if (event.position <= job.position || !isJobEvent(event) || event.jobId !== job.jobId) return job;
  const image = foldImage(job, event);
  if (image === job) return job;
  const { conversationId, messageId, owner, ownerId, retryOf, createdPosition } = job;
  const { revision, position } = event;
  // Named one by one: two spreads over each other go V8's slow way.
  return {
    ...image,
    conversationId,
    messageId,
    owner,
    ownerId,
    retryOf,
    active: !ended.has(image.status),
    createdPosition,
    revision,
    position,
  };
};

export const jobs = projection<Job>({
  name: 'jobs',
  version: 2,
  indexes: [
    ['createdPosition'],
    ['status', 'createdPosition'],
    ['ownerId', 'createdPosition'],
    ['ownerId', 'status', 'createdPosition'],
    ['conversationId', 'createdPosition'],
  ],
  keys: (event) => {
    const id = jobOf(event);
    return id === null ? [] : [id];
  },
  apply: foldJob,
});
