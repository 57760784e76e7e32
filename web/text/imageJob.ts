import type { EngineState } from '../../src/client/client.ts';
import type { ImageState } from '../../src/projections/model.ts';
import type { Durations } from '../../src/projections/waitingTime.ts';
import { aboutWithin, counted, duration } from './format.ts';

/** The words of a job's card, apart from how it looks. */

export const placeWords = (place: number | null): { readonly title: string; readonly detail: string } => {
  if (place === null) return { title: 'In the queue', detail: 'Finding its place' };
  if (place === 1) return { title: 'Next in line', detail: 'Drawn as soon as there is room' };
  return { title: `Place ${place} in the queue`, detail: `${counted(place - 1, 'picture')} before this one` };
};

/** Why nothing is begun: `rest` is when the engine is tried again (ISO 8601), or `now`. */
export const restWords = (rest: string, now: number): string => {
  const left = rest === 'now' ? 0 : Date.parse(rest) - now;
  return left > 0
    ? `The image engine rests; it is tried again in ${duration(left)}`
    : 'The image engine rests; it is being tried again';
};

/** Why a waiting picture isn't begun though its turn may have come; null where nothing holds it up. */
export const haltWords = ({
  paused,
  rest,
  notBefore,
  passedOver,
  now,
}: {
  readonly paused: boolean;
  readonly rest: string | null;
  readonly notBefore: string | null;
  /** As many of this person's pictures are drawn as may be at once. */
  readonly passedOver: boolean;
  readonly now: number;
}): string | null => {
  if (paused) return 'The queue is paused';
  if (rest !== null) return restWords(rest, now);
  const left = notBefore === null ? 0 : Date.parse(notBefore) - now;
  if (left > 0) return `It is tried again in ${duration(left + 999)}`;
  return passedOver ? 'As many of yours are drawn as may be at once; it keeps its place' : null;
};

/** `sketch rests`, or of the only one there is: `The image engine rests`; and what that means. */
export const engineWords = (
  { name, circuit, failures, retryAt }: EngineState,
  isOnly: boolean,
  now: number,
): { readonly title: string; readonly why: string; readonly next: string } => {
  const left = retryAt === undefined ? 0 : Date.parse(retryAt) - now;
  const isTried = circuit === 'half_open' || left <= 0;
  return {
    title: isOnly ? 'The image engine rests.' : `The image engine ${name} rests.`,
    why: failures > 1 ? `It failed ${failures} times in a row.` : 'It can not draw just now.',
    next: isTried
      ? 'It is being tried again with one picture.'
      : `It is tried again with one picture in ${duration(left + 999)}.`,
  };
};

/** How an engine is, in a few words: for who looks after it. */
export const engineState = ({ circuit, failures, retryAt }: EngineState, now: number): string => {
  if (circuit === 'half_open') return 'Is being tried again';
  const left = retryAt === undefined ? 0 : Date.parse(retryAt) - now;
  if (circuit === 'open')
    return left > 0
      ? `Rests after ${counted(failures, 'failure')}; tried again in ${duration(left + 999)}`
      : `Rests after ${counted(failures, 'failure')}; tried again with the next picture`;
  return failures > 0 ? `Draws; the last ${counted(failures, 'picture')} failed` : 'Draws';
};

/** How an engine was when it was last asked: `Not reachable for 2 min; asked 12 s ago`. */
export const healthWords = (health: EngineState['health'], now: number): string => {
  if (health === null) return 'Not asked lately: no process that draws is running';
  const { isWell, isReachable, checkedAt, since } = health;
  const asked = `asked ${duration(now - Date.parse(checkedAt))} ago`;
  if (isWell) return `Well; ${asked}`;
  const what = isReachable ? 'Answers, but is not well' : 'Not reachable';
  return `${what} for ${duration(now - Date.parse(since))}; ${asked}`;
};

/** `Lately 2 at once, about 20 s (±5 s) each`; null before a picture was drawn. */
export const paceWords = (workers: number | null, durations: Durations | null): string | null => {
  if (workers === null || durations === null) return null;
  const each = aboutWithin({ milliseconds: durations.median, error: durations.spread });
  return `Lately ${workers === 1 ? 'one at a time' : `${workers} at once`}, ${each} each.`;
};

export const stageWords = (stage: string | null): string | null => {
  if (stage === null || stage.trim() === '') return null;
  const words = stage.replace(/[_-]+/g, ' ').trim();
  return words[0]?.toLocaleUpperCase() + words.slice(1);
};

export const statusWords = (image: ImageState): string => {
  switch (image.status) {
    case 'accepted':
      return 'Joining the queue';
    case 'queued':
      return image.attempt > 0 ? 'Waiting to be tried again' : 'Waiting';
    case 'running':
      return stageWords(image.stage) ?? 'Drawing';
    case 'completed':
      return counted(image.images.length, 'picture');
    case 'failed':
      return image.error?.title ?? 'This picture failed';
    case 'cancelled':
      return 'Cancelled';
  }
};

/** `attempt 2 of 3`, and of what has ended `3 attempts`; the first alone is nothing to speak of. */
export const attemptWords = ({ status, attempt, attempts }: ImageState): string | null => {
  const current = status === 'queued' && attempt > 0 ? attempt + 1 : attempt;
  if (current < 2) return null;
  return status === 'queued' || status === 'running'
    ? `attempt ${current} of ${Math.max(attempts, current)}`
    : counted(current, 'attempt');
};

/** What is read out: changes with each place and each quarter only, so that it doesn't chatter. */
export const announcement = (image: ImageState, place: number | null): string => {
  switch (image.status) {
    case 'accepted':
      return 'Picture asked for.';
    case 'queued':
      return `${placeWords(place).title}.`;
    case 'running': {
      const quarter = Math.floor(Math.min(99, Math.max(0, image.percent)) / 25) * 25;
      return quarter === 0 ? 'Drawing has begun.' : `Drawing, ${quarter} percent.`;
    }
    case 'completed':
      return `${counted(image.images.length, 'picture')} finished.`;
    case 'failed':
      return `${image.error?.title ?? 'This picture failed'}.`;
    case 'cancelled':
      return 'Picture cancelled.';
  }
};

/** Which of several pictures is being drawn: the steps are counted over all of them. */
export const pictureBeingDrawn = ({ step, steps, request }: ImageState): number =>
  steps <= 0 ? 0 : Math.min(request.count - 1, Math.floor((step * request.count) / (steps + 1)));

export const may = {
  retry: ({ status, error }: ImageState): boolean =>
    status === 'cancelled' || (status === 'failed' && error !== null && error.retryable),
  cancel: ({ status }: ImageState): boolean =>
    status === 'accepted' || status === 'queued' || status === 'running',
} as const;

/** A file name that says what is in it. */
export const fileName = (image: ImageState, index: number): string => {
  const words = image.request.prompt
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 48);
  const picture = image.images[index];
  const ending = picture?.contentType.split('/')[1] ?? 'png';
  return `${words || 'picture'}-${picture?.seed ?? index}.${ending === 'jpeg' ? 'jpg' : ending}`;
};
