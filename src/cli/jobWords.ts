import type { Job, JobStatus } from '../projections/model.ts';
import { quoted } from '../projections/sentences.ts';
import { spanInWords } from './explanation.ts';

export const jobStatuses = ['accepted', 'queued', 'running', 'completed', 'failed', 'cancelled'] as const;

const stateInWords: Readonly<Record<JobStatus, (job: Job) => string>> = {
  accepted: () => 'is accepted and not in the queue yet',
  queued: ({ place, notBefore }) =>
    `waits${place === null ? '' : ` at place ${place}`}${notBefore === null ? '' : `, not before ${notBefore}`}`,
  running: ({ step, steps, percent, engine, startedAt }) =>
    `is drawn by ${engine ?? 'an engine'} since ${startedAt ?? '?'}: step ${step} of ${steps} (${percent} %)`,
  completed: ({ engine, startedAt, endedAt }) =>
    `was drawn by ${engine ?? 'an engine'}${startedAt === null || endedAt === null ? '' : ` within ${spanInWords(startedAt, endedAt)}`}, done at ${endedAt ?? '?'}`,
  failed: ({ endedAt, error }) => `failed at ${endedAt ?? '?'}: ${error?.title ?? 'for no known reason'}`,
  cancelled: ({ endedAt }) => `was cancelled at ${endedAt ?? '?'}`,
};

const pixels = ({ request: { width, height, steps, count } }: Job): string =>
  `${count === 1 ? '' : `${count} pictures of `}${width} × ${height}, ${steps} steps`;

/** A job for people, a line each: how it stands, what was asked for by whom, what it took, what came of it. */
export const jobLines = (job: Job): readonly string[] => {
  const { owner, request, error, attempt, attempts, priority, round } = job;
  return [
    `Job ${job.jobId} ${stateInWords[job.status](job)}.`,
    `${owner.name} (${owner.id}) asked for ${quoted(request.prompt)}: ${pixels(job)}, seed ${request.seed}${request.model === null ? '' : `, model ${request.model}`}.`,
    ...(request.negativePrompt === null ? [] : [`Without: ${quoted(request.negativePrompt)}.`]),
    `Message ${job.messageId} in conversation ${job.conversationId}.`,
    ...(job.queuedAt === null
      ? []
      : [
          `In the queue since ${job.queuedAt}, ticket ${job.ticket}, priority ${priority}${round === 0 ? '' : `, round ${round}`}.`,
        ]),
    ...(job.retryOf === null ? [] : [`It tries job ${job.retryOf} again.`]),
    ...job.earlierAttempts.map(
      ({ attempt: number, endedAt, error: { title } }) =>
        `Attempt ${number} of ${attempts} was over at ${endedAt}: ${title}.`,
    ),
    ...(job.active && attempt > 0 ? [`This is attempt ${attempt} of ${attempts}.`] : []),
    ...(error === null
      ? []
      : [
          `${error.whatHappened} ${error.whatToDo} (code ${error.code}, reference ${error.reference}${error.retryable ? ', trying again can help' : ''})`,
        ]),
    ...job.images.map(
      ({ imageId, width, height, contentType, bytes, seed }) =>
        `Picture ${imageId}: ${width} × ${height}, ${contentType}, ${bytes.toLocaleString('en')} bytes, seed ${seed}.`,
    ),
    `Why it is so: darkroom audit explain ${job.jobId}`,
  ];
};

const longestPrompt = 40;

const shortened = (text: string): string => {
  const characters = [...text.replace(/\s+/gu, ' ').trim()];
  return characters.length <= longestPrompt
    ? characters.join('')
    : `${characters.slice(0, longestPrompt - 1).join('')}…`;
};

export const jobHeadings = ['JOB', 'STATE', 'PLACE', 'ATTEMPT', 'ASKED AT', 'ASKED BY', 'PROMPT'];

/** A job as a row of a table. */
export const jobRow = ({ jobId, status, place, attempt, queuedAt, owner, request }: Job) => [
  ...[jobId, status, place, attempt, queuedAt, owner.name, shortened(request.prompt)],
];
