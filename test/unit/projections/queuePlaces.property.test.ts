import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JobId, type Position, positionOf } from '../../../src/events/ids.ts';
import {
  calculateQueuePosition,
  compareQueueOrder,
  emptyQueue,
  type QueueChange,
  type QueuePlaces,
  type WaitingJob,
} from '../../../src/projections/places.ts';
import {
  applyQueueChange,
  needsSnapshot,
  queuePlacesFromSnapshot,
} from '../../../src/projections/queuePlaces.ts';

type Wish = {
  readonly what: 'queue' | 'start' | 'cancel' | 'end' | 'return' | 'raise' | 'pause';
  readonly pick: number;
};

const wishes = fc.array(
  fc.record<Wish>({
    what: fc.constantFrom('queue', 'queue', 'queue', 'start', 'cancel', 'end', 'return', 'raise', 'pause'),
    pick: fc.nat(1_000),
  }),
  { maxLength: 80 },
);

/** The queue as the server knows it: the reference that is computed from scratch. */
const openReference = () => {
  const waiting = new Map<Position, WaitingJob>();
  const running = new Map<Position, WaitingJob>();
  let paused = false;
  let number = 0;
  const one = (of: ReadonlyMap<Position, WaitingJob>, pick: number) =>
    [...of.values()][pick % Math.max(1, of.size)];
  const changed = (part: (position: Position) => Pick<QueueChange, 'type' | 'data'> | null) => {
    number += 1;
    const position = positionOf(number);
    const change = part(position);
    return change === null ? null : ({ ...change, position, schema: 1, at: '' } as QueueChange);
  };

  const happens = ({ what, pick }: Wish): QueueChange | null =>
    changed((position) => {
      const job = one(what === 'end' || what === 'return' ? running : waiting, pick);
      switch (what) {
        case 'queue': {
          const own = pick % 3 === 0 ? (`job-${position}` as JobId) : null;
          const data = { ticket: position, priority: (pick % 5) - 2, round: pick % 2, own };
          waiting.set(position, data);
          return { type: 'queued', data };
        }
        case 'pause':
          paused = !paused;
          return { type: paused ? 'paused' : 'resumed', data: {} };
        case 'start':
          if (job === undefined) return null;
          waiting.delete(job.ticket);
          running.set(job.ticket, job);
          return { type: 'left', data: { ...job, why: 'started' } };
        case 'cancel':
          if (job === undefined) return null;
          waiting.delete(job.ticket);
          return { type: 'left', data: { ...job, why: 'cancelled' } };
        case 'end':
          if (job === undefined) return null;
          running.delete(job.ticket);
          return { type: 'ended', data: job };
        case 'return':
          if (job === undefined) return null;
          running.delete(job.ticket);
          waiting.set(job.ticket, job);
          return { type: 'queued', data: job };
        case 'raise': {
          if (job === undefined) return null;
          const data = { ...job, priority: (pick % 7) - 3 };
          waiting.set(job.ticket, data);
          return { type: 'prioritized', data: { ...data, previousPriority: job.priority } };
        }
      }
    });

  const whole = (): QueuePlaces => ({
    paused,
    waiting: [...waiting.values()].sort(compareQueueOrder),
    running: running.size,
    waitingCount: waiting.size,
    position: positionOf(number),
  });
  /** As the server sends it above its limit: own entries, with their places. */
  const cut = (): QueuePlaces => {
    const all = whole();
    const own = all.waiting
      .map((job, index) => ({ ...job, place: index + 1 }))
      .filter((job) => job.own !== null);
    return { ...all, waiting: own };
  };
  return { happens, whole, cut };
};

const withoutPosition = ({ paused, waiting, running, waitingCount }: QueuePlaces) => ({
  ...{ paused, waiting, running, waitingCount },
});

const placesOf = (queue: QueuePlaces, of: readonly WaitingJob[]) =>
  of.map(({ ticket }) => calculateQueuePosition(queue, ticket));

describe('places in the queue, moved by its changes', () => {
  it('are those that are computed from scratch, 1 to n, after every change', () => {
    fc.assert(
      fc.property(wishes, (wished) => {
        const reference = openReference();
        let queue = emptyQueue;
        for (const wish of wished) {
          const change = reference.happens(wish);
          if (change !== null) queue = applyQueueChange(queue, change);
          const expected = reference.whole();
          expect(withoutPosition(queue)).toEqual(withoutPosition(expected));
          expect(placesOf(queue, expected.waiting)).toEqual(expected.waiting.map((_, index) => index + 1));
        }
      }),
    );
  });

  it('are the same when changes come again, from any snapshot on', () => {
    fc.assert(
      fc.property(wishes, fc.nat(80), (wished, cutAt) => {
        const reference = openReference();
        const changes: QueueChange[] = [];
        let queue = queuePlacesFromSnapshot(withoutPosition(emptyQueue), emptyQueue.position);
        wished.forEach((wish, index) => {
          const change = reference.happens(wish);
          if (change !== null) changes.push(change);
          if (index === cutAt)
            queue = queuePlacesFromSnapshot(withoutPosition(reference.whole()), reference.whole().position);
        });
        const folded = [...changes, ...changes].reduce(applyQueueChange, queue);
        expect(withoutPosition(folded)).toEqual(withoutPosition(reference.whole()));
      }),
    );
  });

  it('are the same for own jobs where the list has only those, with a new snapshot where one is needed', () => {
    fc.assert(
      fc.property(wishes, wishes, (first, second) => {
        const reference = openReference();
        for (const wish of first) reference.happens(wish);
        let queue = queuePlacesFromSnapshot(withoutPosition(reference.cut()), reference.cut().position);
        for (const wish of second) {
          const change = reference.happens(wish);
          if (change === null) continue;
          const isUnknown = needsSnapshot(queue, change);
          queue = applyQueueChange(queue, change);
          if (isUnknown) queue = queuePlacesFromSnapshot(withoutPosition(reference.cut()), change.position);
          const expected = reference.cut();
          expect(placesOf(queue, expected.waiting)).toEqual(expected.waiting.map(({ place }) => place));
          expect({ ...withoutPosition(queue), waiting: [] }).toEqual({
            ...withoutPosition(expected),
            waiting: [],
          });
        }
      }),
    );
  });
});

describe('a change of the queue', () => {
  const job = (number: number, own: JobId | null = null): WaitingJob => ({
    ticket: positionOf(number),
    priority: 0,
    round: 0,
    own,
  });
  const envelope = (number: number) => ({ position: positionOf(number), schema: 1, at: '' });
  const queued = (number: number): QueueChange => ({
    ...envelope(number),
    type: 'queued',
    data: job(number),
  });
  const three = [queued(1), queued(2), queued(3)].reduce(applyQueueChange, emptyQueue);

  it('that is not newer gives the same queue', () => {
    expect(applyQueueChange(three, queued(3))).toBe(three);
  });

  it('moves those behind who leaves, and nobody else', () => {
    const left: QueueChange = { ...envelope(4), type: 'left', data: { ...job(2), why: 'cancelled' } };
    const queue = applyQueueChange(three, left);
    expect(placesOf(queue, [job(1), job(2), job(3)])).toEqual([1, null, 2]);
    expect(queue.running).toBe(0);
  });

  it('that a snapshot has already counts once', () => {
    const newer = { ...three, position: positionOf(1) };
    expect(applyQueueChange(newer, queued(2)).waitingCount).toBe(3);
  });

  it('by which somebody unknown leaves changes nothing', () => {
    const left: QueueChange = { ...envelope(4), type: 'left', data: { ...job(9), why: 'started' } };
    expect(withoutPosition(applyQueueChange(three, left))).toEqual(withoutPosition(three));
  });

  it('of an own job leaves its place open where the list was cut', () => {
    const cut = { ...three, waiting: [], waitingCount: 2_000 };
    const mine: QueueChange = { ...envelope(5), type: 'queued', data: job(5, 'mine' as JobId) };
    expect(needsSnapshot(cut, mine)).toBe(true);
    expect(calculateQueuePosition(applyQueueChange(cut, mine), positionOf(5))).toBeNull();
  });
});
