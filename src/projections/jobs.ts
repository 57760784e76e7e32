import type { Event } from '../events/catalogue.ts';
import type { JobId } from '../events/ids.ts';
import { acceptedImage, imageChange, isJobEvent, queuedImage } from './imageState.ts';
import type { ImageState, Job, JobStatus } from './model.ts';
import { projection } from './projection.ts';

const ended: ReadonlySet<JobStatus> = new Set(['completed', 'failed', 'cancelled']);

/** Which job an event is about: its own, or the one that a message asks for. */
export const jobOf = (event: Event): JobId | null =>
  event.type === 'MessagePosted' ? (event.data.image?.jobId ?? null) : (event.jobId ?? null);

/** A job of its picture and the rest, field by field: see `copied` of imageState.ts. */
const jobOfParts = (image: ImageState, rest: Omit<Job, keyof ImageState>): Job => ({
  jobId: image.jobId,
  status: image.status,
  request: image.request,
  ticket: image.ticket,
  priority: image.priority,
  round: image.round,
  place: image.place,
  step: image.step,
  steps: image.steps,
  stage: image.stage,
  percent: image.percent,
  preview: image.preview,
  attempt: image.attempt,
  attempts: image.attempts,
  queuedAt: image.queuedAt,
  startedAt: image.startedAt,
  endedAt: image.endedAt,
  engine: image.engine,
  model: image.model,
  seed: image.seed,
  images: image.images,
  error: image.error,
  previous: image.previous,
  earlierAttempts: image.earlierAttempts,
  notBefore: image.notBefore,
  conversationId: rest.conversationId,
  messageId: rest.messageId,
  owner: rest.owner,
  ownerId: rest.ownerId,
  retryOf: rest.retryOf,
  active: rest.active,
  createdPosition: rest.createdPosition,
  revision: rest.revision,
  position: rest.position,
});

const firstOf = (event: Event): Job | null => {
  const { position } = event;
  if (event.type === 'MessagePosted' && event.data.image !== null) {
    const { conversationId, messageId, author: owner, image } = event.data;
    return jobOfParts(acceptedImage(image.jobId, image.request, image.priority), {
      ...{ conversationId, messageId, owner, ownerId: owner.id, retryOf: null },
      ...{ active: true, createdPosition: position, revision: -1, position },
    });
  }
  if (event.type !== 'JobQueued') return null;
  const { conversationId, messageId, owner, retryOf } = event.data;
  return jobOfParts(queuedImage(event), {
    ...{ conversationId, messageId, owner, ownerId: owner.id, retryOf },
    ...{ active: true, createdPosition: position, revision: event.revision, position },
  });
};

/** The job after an event about it, the same reference where nothing changes. */
export const foldJob = (job: Job | null, event: Event): Job | null => {
  if (job === null) return firstOf(event);
  if (event.position <= job.position || !isJobEvent(event) || event.jobId !== job.jobId) return job;
  const change = imageChange(job, event);
  if (change === null) return job;
  const { revision, position } = event;
  const active = !ended.has(change.status ?? job.status);
  return Object.assign(jobOfParts(job, job), change, { active, revision, position });
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
