import type { Event } from '../events/catalogue.ts';
import { type FailureCode, failures } from '../events/failures.ts';
import type { JobId } from '../events/ids.ts';
import type { ImageRequest } from '../events/imageRequest.ts';
import type { JobEvent } from '../events/job.ts';
import type { ImageState, ShownError, ShownPicture } from './model.ts';

/** What a person is told about a failure, from the catalogue. */
const shownError = (code: FailureCode, reference: string, retryable?: boolean): ShownError => ({
  code,
  title: failures[code].title,
  whatHappened: failures[code].whatHappened,
  whatToDo: failures[code].whatToDo,
  retryable: retryable ?? failures[code].retryable,
  reference,
});

/** A picture that was asked for: known from here on, though not in the queue yet. */
export const acceptedImage = (jobId: JobId, request: ImageRequest, priority: number): ImageState => ({
  jobId,
  status: 'accepted',
  request,
  ticket: null,
  priority,
  round: 0,
  place: null,
  step: 0,
  steps: request.steps * request.count,
  stage: null,
  percent: 0,
  preview: null,
  attempt: 0,
  attempts: 1,
  queuedAt: null,
  startedAt: null,
  endedAt: null,
  engine: null,
  model: null,
  seed: null,
  images: [],
  error: null,
  previous: [],
  earlierAttempts: [],
  notBefore: null,
});

/** A job as it is when it joins the queue. */
export const queuedImage = (event: Event<Extract<JobEvent, { type: 'JobQueued' }>>): ImageState =>
  Object.assign(acceptedImage(event.data.jobId, event.data.request, event.data.priority), {
    status: 'queued',
    ticket: event.position,
    round: event.data.round,
    attempts: event.data.limits.attempts,
    queuedAt: event.at,
  } as const);

const untouched = { step: 0, stage: null, percent: 0, preview: null } as const;

/** What an event of the job changes in what is shown of it; null: nothing. */
export const imageChange = (image: ImageState, event: Event<JobEvent>): Partial<ImageState> | null => {
  switch (event.type) {
    case 'JobQueued':
      return { ...queuedImage(event), previous: image.previous };
    case 'JobRefused': {
      const error = shownError(event.data.code, event.data.reference);
      return { status: 'failed', endedAt: event.at, error };
    }
    case 'JobStarted': {
      const { attempt, engine } = event.data;
      return { ...untouched, status: 'running', attempt, engine, startedAt: event.at, notBefore: null };
    }
    case 'JobProgressed': {
      const { step, steps, stage, preview } = event.data;
      return { step, steps, stage, preview, percent: Math.floor((100 * step) / steps) };
    }
    case 'JobCompleted': {
      const { engine, model, seed } = event.data;
      const images = event.data.images.map(
        (picture): ShownPicture => ({ ...picture, url: `/api/v1/images/${picture.imageId}` }),
      );
      const done = { step: image.steps, percent: 100, stage: null, preview: null } as const;
      return { ...done, status: 'completed', images, engine, model, seed, endedAt: event.at };
    }
    case 'JobFailed': {
      const { code, reference, retryable } = event.data;
      const error = shownError(code, reference, retryable);
      return { status: 'failed', stage: null, preview: null, endedAt: event.at, error };
    }
    case 'JobRequeued': {
      const { why, reference, attempt, notBefore } = event.data;
      const over = { attempt, error: shownError(why, reference), endedAt: event.at };
      const earlierAttempts = [...image.earlierAttempts, over];
      return { ...untouched, status: 'queued', startedAt: null, earlierAttempts, notBefore };
    }
    case 'JobPrioritized':
      return { priority: event.data.order.priority };
    case 'JobCancelled': {
      const error = shownError('cancelled', event.position);
      return { status: 'cancelled', stage: null, preview: null, endedAt: event.at, error };
    }
    case 'JobSubmitted':
    case 'JobResultDiscarded':
      return null;
  }
};

/** A copy, field by field: V8 makes it from a shape that it knows, in a tenth of the time of a spread so long. */
const copied = (image: ImageState): ImageState => ({
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
});

/** What happened to the job, folded into what its message shows. The event must be one of this job. */
export const foldImage = (image: ImageState, event: Event<JobEvent>): ImageState => {
  const change = imageChange(image, event);
  return change === null ? image : Object.assign(copied(image), change);
};

const jobEventTypes: ReadonlySet<string> = new Set([
  'JobQueued',
  'JobRefused',
  'JobStarted',
  'JobSubmitted',
  'JobProgressed',
  'JobCompleted',
  'JobFailed',
  'JobRequeued',
  'JobPrioritized',
  'JobCancelled',
  'JobResultDiscarded',
] satisfies JobEvent['type'][]);

export const isJobEvent = (event: Event): event is Event<JobEvent> => jobEventTypes.has(event.type);
