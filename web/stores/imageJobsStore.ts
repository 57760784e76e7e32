import { createStore, type StoreApi } from 'zustand/vanilla';
import type {
  ConversationView,
  EngineState,
  Observable,
  QueueNow,
  QueueView,
  UserView,
} from '../../src/client/client.ts';
import {
  type ConversationId,
  type JobId,
  type MessageId,
  type Position,
  startOfLog,
  type UserId,
} from '../../src/events/ids.ts';
import type { ImageState, Job, Message } from '../../src/projections/model.ts';
import { calculateQueuePosition, emptyQueue, type QueuePlaces } from '../../src/projections/places.ts';
import { expectedWait, type Pace, paceOf } from '../../src/projections/waitingTime.ts';
import { aboutWithin } from '../text/format.ts';

/** A job as it was told last, by whichever scope knew more. */
export interface KnownJob {
  readonly image: ImageState;
  readonly conversationId: ConversationId;
  readonly messageId: MessageId;
  readonly ownerId: UserId;
  readonly position: Position;
}

export interface ImageJobsState {
  /** Every job seen. The states are those that the client library holds, not copies. */
  readonly jobs: ReadonlyMap<JobId, KnownJob>;
  readonly queue: QueuePlaces;
  /** How fast the pictures were drawn that this page has seen; null before one was finished. */
  readonly pace: Pace | null;
  /** As they were told last; none until somebody waits. */
  readonly engines: readonly EngineState[];
  readonly queueNow: QueueNow | null;
}

export type ImageJobsStore = StoreApi<ImageJobsState>;

const emptyImageJobs: ImageJobsState = {
  jobs: new Map(),
  queue: emptyQueue,
  pace: null,
  engines: [],
  queueNow: null,
};

const finishedCounted = 20;

export const fromJob = (job: Job): KnownJob => ({
  image: job,
  conversationId: job.conversationId,
  messageId: job.messageId,
  ownerId: job.ownerId,
  position: job.position,
});

const fromMessage = (message: Message, image: ImageState): KnownJob => ({
  image,
  conversationId: message.conversationId,
  messageId: message.messageId,
  ownerId: message.author.id,
  position: message.position,
});

const fromMessages = (messages: readonly Message[]): KnownJob[] =>
  messages.flatMap((message) => (message.image === null ? [] : [fromMessage(message, message.image)]));

/**
 * Takes in what one scope tells. Two scopes tell of the same job at different times; each has seen all
 * of the job up to the position of its document, so the higher position is never the older state.
 */
export const learn = (
  jobs: ReadonlyMap<JobId, KnownJob>,
  told: readonly KnownJob[],
): ReadonlyMap<JobId, KnownJob> => {
  const news = told.filter((job) => {
    const known = jobs.get(job.image.jobId);
    return known === undefined || job.position > known.position;
  });
  if (news.length === 0) return jobs;
  const next = new Map(jobs);
  for (const job of news) next.set(job.image.jobId, job);
  return next;
};

/** Up to where anything was told of any job: what the server has to have read to know them all. */
export const newestPosition = ({ jobs }: Pick<ImageJobsState, 'jobs'>): Position => {
  let newest = startOfLog;
  for (const { position } of jobs.values()) if (position > newest) newest = position;
  return newest;
};

/** How long a job was drawn, in milliseconds; null where that isn't known. */
export const drawingTime = ({ startedAt, endedAt }: ImageState): number | null =>
  startedAt === null || endedAt === null ? null : Math.max(0, Date.parse(endedAt) - Date.parse(startedAt));

/** The pictures finished last, of those that this page has seen. */
export const finishedLast = (jobs: Iterable<KnownJob>): ImageState[] =>
  [...jobs]
    .map(({ image }) => image)
    .filter(({ status }) => status === 'completed')
    .sort((a, b) => ((a.endedAt ?? '') < (b.endedAt ?? '') ? 1 : -1))
    .slice(0, finishedCounted);

/** How long until a running job is done, from its own pace; null before there is one. */
export const expectedRemaining = (image: ImageState, now: number): number | null => {
  if (image.startedAt === null || image.step < 2 || image.steps <= 0) return null;
  const elapsed = now - Date.parse(image.startedAt);
  return elapsed <= 0 ? null : (elapsed * Math.max(0, image.steps - image.step)) / image.step;
};

export const isActive = ({ status }: Pick<ImageState, 'status'>): boolean =>
  status === 'accepted' || status === 'queued' || status === 'running';

export const selectPlace =
  (ticket: Position | null) =>
  ({ queue }: ImageJobsState): number | null =>
    calculateQueuePosition(queue, ticket);

/**
 * Where every engine that can draw what names this model, or none, rests, so that it isn't begun: when the first
 * is tried again (ISO 8601), or `now` while one is being tried; else null.
 */
export const selectRest =
  (model: string | null) =>
  ({ engines }: Pick<ImageJobsState, 'engines'>): string | null => {
    const able = engines.filter(({ models }) => model === null || models.includes(model));
    if (able.length === 0 || able.some(({ circuit }) => circuit === 'closed')) return null;
    const times = able.map(({ retryAt }) => retryAt ?? 'now');
    return times.includes('now') ? 'now' : (times.toSorted()[0] ?? null);
  };

/** The server has measured everyone's pictures, this page only those that it has seen. */
const paceOfAll = ({ queueNow, pace }: ImageJobsState): Pace | null =>
  queueNow?.workers == null || queueNow.durations === null
    ? pace
    : { workers: queueNow.workers, durations: queueNow.durations };

/** In words, so that a card is drawn again only when they change; null where nothing can be said. */
export const selectWait =
  (ticket: Position | null) =>
  (state: ImageJobsState): string | null => {
    const { queue } = state;
    const wait = expectedWait(calculateQueuePosition(queue, ticket), queue, paceOfAll(state));
    return wait === null ? null : aboutWithin(wait);
  };

/** Own jobs that haven't ended: those being drawn first, then in the order of the queue. */
export const activeJobsOf = ({ jobs }: Pick<ImageJobsState, 'jobs'>, owner: UserId): KnownJob[] => {
  const order = ({ image }: KnownJob): string =>
    image.status === 'running' ? `0${image.startedAt}` : `1${image.ticket ?? '~'}`;
  return [...jobs.values()]
    .filter((job) => job.ownerId === owner && isActive(job.image))
    .sort((a, b) => (order(a) < order(b) ? -1 : 1));
};

/**
 * What happens with one's own jobs in a conversation, for its line in the list. Other people's are told
 * of while their conversation is open only, so they would stand still here.
 */
export const selectActivity =
  (id: ConversationId, owner: UserId) =>
  ({ jobs }: ImageJobsState): 'drawing' | 'waiting' | null => {
    let waiting = false;
    for (const { conversationId, ownerId, image } of jobs.values()) {
      if (conversationId !== id || ownerId !== owner || !isActive(image)) continue;
      if (image.status === 'running') return 'drawing';
      waiting = true;
    }
    return waiting ? 'waiting' : null;
  };

export const createImageJobsStore = (initial: Partial<ImageJobsState> = {}): ImageJobsStore =>
  createStore<ImageJobsState>()(() => ({ ...emptyImageJobs, ...initial }));

const follow = <View>(observable: Observable<View>, take: (view: View) => void): (() => void) => {
  take(observable.state);
  return observable.on('change', take);
};

const tell = (store: ImageJobsStore, told: readonly KnownJob[]): void => {
  const { jobs } = store.getState();
  const next = learn(jobs, told);
  if (next !== jobs) store.setState({ jobs: next, pace: paceOf(finishedLast(next.values())) });
};

/** Keeps the store at what the scopes `user` and `queue` tell; the answer stops it. */
export const followUser = (
  store: ImageJobsStore,
  user: Observable<UserView>,
  queue: Observable<QueueView>,
): (() => void) => {
  const stops = [
    follow(user, (view) => tell(store, view.jobs.map(fromJob))),
    follow(queue, (view) => store.setState({ queue: view.queue })),
  ];
  return () => {
    for (const stop of stops) stop();
  };
};

export const followConversation = (
  store: ImageJobsStore,
  conversation: Observable<ConversationView>,
): (() => void) => follow(conversation, (view) => tell(store, fromMessages(view.messages)));
