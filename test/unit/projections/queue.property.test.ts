import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DomainEvent } from '../../../src/events/catalogue.ts';
import type { QueueEntry } from '../../../src/projections/model.ts';
import { compareQueueOrder, queueOrderKey } from '../../../src/projections/places.ts';
import { queue } from '../../../src/projections/queue.ts';
import { ada, ben, openHistory, orderOf } from '../../support/happened.ts';

type Step = {
  readonly job: number;
  readonly does: 'queue' | 'start' | 'requeue' | 'end' | 'cancel' | 'prioritize';
  readonly priority: number;
};

const steps = fc.array(
  fc.record({
    job: fc.integer({ min: 1, max: 8 }),
    does: fc.constantFrom<Step['does'][]>(
      'queue',
      'queue',
      'start',
      'requeue',
      'end',
      'cancel',
      'prioritize',
    ),
    priority: fc.integer({ min: -2, max: 2 }),
  }),
  { maxLength: 60 },
);

/** Lets happen what the deciders would allow, and keeps beside it who waits, in the plainest way. */
const live = (wanted: readonly Step[]) => {
  const history = openHistory();
  const jobs = new Map<
    number,
    { state: 'waiting' | 'running' | 'ended'; order: ReturnType<typeof orderOf> }
  >();
  for (const { job: n, does, priority } of wanted) {
    const job = jobs.get(n);
    if (job === undefined) {
      if (does === 'queue')
        jobs.set(n, {
          state: 'waiting',
          order: orderOf(history.queued(n, n % 2 ? ada : ben, priority), priority),
        });
      continue;
    }
    const { order } = job;
    if (does === 'start' && job.state === 'waiting') {
      history.job(n, { type: 'JobStarted', data: { worker: 'w', engine: 'sketch', attempt: 1, order } });
      job.state = 'running';
    } else if (does === 'requeue' && job.state === 'running') {
      history.job(n, {
        type: 'JobRequeued',
        data: { why: 'stuck', attempt: 1, nextAttempt: 2, notBefore: null, reference: 'r', order },
      });
      job.state = 'waiting';
    } else if (does === 'end' && job.state === 'running') {
      history.job(n, {
        type: 'JobFailed',
        data: { code: 'internal', retryable: false, attempt: 1, reference: 'r', order },
      });
      job.state = 'ended';
    } else if (does === 'cancel' && job.state !== 'ended') {
      history.job(n, { type: 'JobCancelled', data: { by: ada, was: job.state, order } });
      job.state = 'ended';
    } else if (does === 'prioritize' && job.state !== 'ended') {
      job.order = { ...order, priority };
      history.job(n, {
        type: 'JobPrioritized',
        data: { previousPriority: order.priority, was: job.state, order: job.order },
      });
    }
  }
  return { events: history.events, jobs };
};

const project = (events: readonly DomainEvent[]): QueueEntry[] => {
  const documents = new Map<string, QueueEntry | null>();
  for (const event of events)
    for (const id of queue.keys(event)) documents.set(id, queue.apply(documents.get(id) ?? null, event, id));
  return [...documents.values()].filter((entry) => entry !== null);
};

describe('places in the queue', () => {
  it('are always 1 to n, one each, whatever joins, leaves, comes back or is moved', () => {
    fc.assert(
      fc.property(steps, (wanted) => {
        const { events, jobs } = live(wanted);
        const waiting = project(events).filter(({ status }) => status === 'waiting');
        const expected = [...jobs.values()]
          .filter(({ state }) => state === 'waiting')
          .map(({ order }) => order);
        expect(waiting.map(({ ticket }) => ticket).toSorted()).toEqual(
          expected.map(({ ticket }) => ticket).toSorted(),
        );
        const places = waiting.map(
          (entry) => 1 + waiting.filter((other) => other.orderKey < entry.orderKey).length,
        );
        expect(places.toSorted((a, b) => a - b)).toEqual(waiting.map((_, index) => index + 1));
        const byOrder = expected.toSorted(compareQueueOrder).map(({ ticket }) => ticket);
        const byKey = waiting
          .toSorted((a, b) => (a.orderKey < b.orderKey ? -1 : 1))
          .map(({ ticket }) => ticket);
        expect(byKey).toEqual(byOrder);
      }),
      { numRuns: 500 },
    );
  });

  it('sort as text as they sort by priority, round and ticket', () => {
    const order = fc.record({
      priority: fc.integer({ min: -10, max: 10 }),
      round: fc.integer({ min: 0, max: 1_000_000 }),
      ticket: fc
        .bigInt({ min: 1n, max: 10n ** 19n })
        .map((n) => orderOf({ position: String(n).padStart(20, '0') } as DomainEvent).ticket),
    });
    fc.assert(
      fc.property(order, order, (a, b) => {
        const asText = queueOrderKey(a) < queueOrderKey(b) ? -1 : queueOrderKey(a) > queueOrderKey(b) ? 1 : 0;
        expect(asText).toBe(Math.sign(compareQueueOrder(a, b)));
      }),
    );
  });
});
