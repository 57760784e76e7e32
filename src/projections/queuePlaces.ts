import type { Position } from '../events/ids.ts';
import { compareQueueOrder, type QueueChange, type QueuePlaces, type WaitingJob } from './places.ts';

/*
 * The queue moves by itself at each client: it is told once who waits, and after that each change moves
 * the places. Two kinds of list come from the server. A whole list holds everybody who waits, and a
 * place is an index. A list cut to own entries (above 1,000 waiting) carries the places, which move by
 * what joins or leaves before them. A list that has as many entries as there are waiting jobs is whole.
 */

/** The queue of a snapshot, as of its position. */
export const queuePlacesFromSnapshot = (
  snapshot: Omit<QueuePlaces, 'position'>,
  position: Position,
): QueuePlaces => settled({ ...snapshot, position });

/** Whether others wait who are not in the list. */
const isCut = ({ waiting, waitingCount }: QueuePlaces): boolean => waiting.length < waitingCount;

/** In order; and without places of its own where an entry's index says it already. */
const settled = (queue: QueuePlaces): QueuePlaces => {
  const waiting = [...queue.waiting].sort(compareQueueOrder);
  return { ...queue, waiting: isCut(queue) ? waiting : waiting.map(withoutPlace) };
};

const withoutPlace = (job: WaitingJob): WaitingJob => {
  const { ticket, priority, round, own } = job;
  return job.place === undefined ? job : { ticket, priority, round, own };
};

const indexOf = (waiting: readonly WaitingJob[], { ticket }: WaitingJob): number =>
  waiting.findIndex((job) => job.ticket === ticket);

const without = (waiting: readonly WaitingJob[], job: WaitingJob): readonly WaitingJob[] =>
  waiting.filter(({ ticket }) => ticket !== job.ticket);

/** By halving: a queue of thousands changes often, and sorting it each time would show. */
const inserted = (waiting: readonly WaitingJob[], { ticket, priority, round, own }: WaitingJob) => {
  const job: WaitingJob = { ticket, priority, round, own };
  let low = 0;
  let high = waiting.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = waiting[middle];
    if (other !== undefined && compareQueueOrder(other, job) < 0) low = middle + 1;
    else high = middle;
  }
  return [...waiting.slice(0, low), job, ...waiting.slice(low)];
};

/** What the change does to who waits, where everybody who waits is known. */
const moveWhole = (waiting: readonly WaitingJob[], change: QueueChange): readonly WaitingJob[] => {
  switch (change.type) {
    case 'queued':
      return inserted(without(waiting, change.data), change.data);
    case 'left':
      return indexOf(waiting, change.data) < 0 ? waiting : without(waiting, change.data);
    case 'prioritized':
      return indexOf(waiting, change.data) < 0
        ? waiting
        : inserted(without(waiting, change.data), change.data);
    default:
      return waiting;
  }
};

const shifted = (waiting: readonly WaitingJob[], by: (job: WaitingJob) => number): readonly WaitingJob[] =>
  waiting.map((job) => {
    const moved = job.place === undefined ? 0 : by(job);
    return moved === 0 || job.place === undefined ? job : { ...job, place: job.place + moved };
  });

const before = (mover: WaitingJob, job: WaitingJob): number => (compareQueueOrder(mover, job) < 0 ? 1 : 0);

/**
 * The same where only own entries are known. An own job that joins or changes its priority has a place
 * that nobody here can count: it is left out, until a new snapshot tells (`needsSnapshot`).
 */
const moveCut = (waiting: readonly WaitingJob[], change: QueueChange): readonly WaitingJob[] => {
  switch (change.type) {
    case 'queued':
      return shifted(without(waiting, change.data), (job) => before(change.data, job));
    case 'left':
      return shifted(without(waiting, change.data), (job) => -before(change.data, job));
    case 'prioritized': {
      const was = { ...change.data, priority: change.data.previousPriority };
      return shifted(without(waiting, change.data), (job) => before(change.data, job) - before(was, job));
    }
    default:
      return waiting;
  }
};

/** True where the change concerns an own job whose new place can't be told from a list that was cut. */
export const needsSnapshot = (queue: QueuePlaces, change: QueueChange): boolean =>
  isCut(queue) &&
  (change.type === 'queued' || change.type === 'prioritized') &&
  change.data.own !== null &&
  change.position > queue.position;

/** How the change moves the number of jobs that are being drawn. A job handed back has its old ticket. */
const runningBy = (change: QueueChange): number => {
  if (change.type === 'left') return change.data.why === 'started' ? 1 : 0;
  if (change.type === 'queued') return change.data.ticket === change.position ? 0 : -1;
  return change.type === 'ended' ? -1 : 0;
};

/** Whether the change is in the queue already, though it is newer: a snapshot's list may be newer than it. */
const isKnown = (queue: QueuePlaces, change: QueueChange): boolean => {
  if (isCut(queue)) return false;
  if (change.type === 'queued') return indexOf(queue.waiting, change.data) >= 0;
  return change.type === 'left' && indexOf(queue.waiting, change.data) < 0;
};

const waitingBy = (change: QueueChange): number =>
  change.type === 'queued' ? 1 : change.type === 'left' ? -1 : 0;

/** The queue after a change of it, the same reference where the change isn't newer than the queue. */
export const applyQueueChange = (queue: QueuePlaces, change: QueueChange): QueuePlaces => {
  const { position } = change;
  if (position <= queue.position) return queue;
  if (change.type === 'paused' || change.type === 'resumed')
    return { ...queue, paused: change.type === 'paused', position };
  if (isKnown(queue, change)) return { ...queue, waiting: moveWhole(queue.waiting, change), position };
  const running = Math.max(0, queue.running + runningBy(change));
  const waitingCount = Math.max(0, queue.waitingCount + waitingBy(change));
  if (!isCut(queue))
    return { ...queue, waiting: moveWhole(queue.waiting, change), waitingCount, running, position };
  return settled({ ...queue, waiting: moveCut(queue.waiting, change), waitingCount, running, position });
};
