import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { DomainEvent } from '../../../src/events/catalogue.ts';
import type { Position, UserId } from '../../../src/events/ids.ts';
import type { QueueOrder } from '../../../src/events/job.ts';
import {
  calculateQueuePosition,
  compareQueueOrder,
  emptyQueue,
  type QueuePlaces,
} from '../../../src/projections/places.ts';
import { queue } from '../../../src/projections/queue.ts';
import { applyQueueChange } from '../../../src/projections/queuePlaces.ts';
import { rounds } from '../../../src/projections/rounds.ts';
import { queueChange } from '../../../src/projections/scopes.ts';
import { createAdmission, type QueueRules } from '../../../src/workers/admission.ts';
import { openHistory } from '../../support/happened.ts';
import { memoryDocuments } from '../../support/memoryDocuments.ts';

interface Job {
  readonly n: number;
  readonly person: number;
  order: QueueOrder;
  state: 'waiting' | 'running' | 'ended';
  wasBegun: boolean;
}

/** A job was begun for the first time, or cancelled before it was; `at`: where that is in the log. */
interface Departure {
  readonly job: Job;
  readonly why: 'begun' | 'cancelled';
  readonly at: Position;
}

type Step =
  | { readonly does: 'ask'; readonly person: number; readonly priority: number; readonly lag: number }
  | { readonly does: 'look' }
  | { readonly does: 'begin' }
  | { readonly does: 'end' | 'requeue' | 'cancel'; readonly which: number };

const people = 4;
const whoOf = (person: number) => ({ id: `person ${person}` as UserId, name: `Person ${person}` });

/**
 * The queue as it lives: jobs are asked for, admitted as the queueing process does it, begun in the queue's
 * order, handed back, ended and cancelled. Its documents lag behind, as far as `lag` says.
 */
const openQueue = (rules: QueueRules) => {
  const history = openHistory();
  const documents = memoryDocuments([queue, rounds]);
  const jobs: Job[] = [];
  let digested = 0;
  let shown: QueuePlaces = emptyQueue;
  const digest = (upTo: number): void => {
    for (; digested < upTo; digested += 1) {
      const event = history.events[digested];
      if (event !== undefined) documents.digest(event);
    }
  };
  const catchUp = async (): Promise<void> => digest(history.events.length);
  const logger = pino({ level: 'silent' });
  const admission = createAdmission({ ...rules, documents: documents.reader, catchUp, logger });
  const see = (event: DomainEvent): DomainEvent => {
    const change = queueChange(event, 'nobody' as UserId);
    if (change !== null) shown = applyQueueChange(shown, change);
    return event;
  };
  const inState = (state: Job['state']) => jobs.filter((job) => job.state === state);
  const waiting = (person?: number) =>
    inState('waiting').filter((job) => person === undefined || job.person === person);
  const departures: Departure[] = [];
  const happens = ({ n, person }: Job, fact: Parameters<typeof history.job>[1]) =>
    see(history.job(n, fact, n, whoOf(person)));

  return {
    waiting,
    departures,
    shown: () => shown,
    /** Everything is known, and what was remembered of what was queued is forgotten. */
    async look(): Promise<void> {
      await catchUp();
      admission.begin();
    },
    async ask(person: number, priority: number, lag: number) {
      digest(Math.max(0, history.events.length - lag));
      const answer = await admission.admit(whoOf(person).id, priority);
      if ('refused' in answer) return answer.refused.code;
      const n = jobs.length + 1;
      const { round } = answer;
      const { position } = see(history.queued(n, whoOf(person), priority, null, round));
      const order = { ticket: position, priority, round };
      jobs.push({ n, person, order, state: 'waiting', wasBegun: false });
      return null;
    },
    begin(): void {
      const next = waiting().toSorted((a, b) => compareQueueOrder(a.order, b.order))[0];
      if (next === undefined) return;
      const data = { worker: 'w', engine: 'sketch', attempt: 1, order: next.order };
      const { position: at } = happens(next, { type: 'JobStarted', data });
      next.state = 'running';
      if (!next.wasBegun) departures.push({ job: next, why: 'begun', at });
      next.wasBegun = true;
    },
    requeue(which: number): void {
      const job = inState('running')[which];
      if (job === undefined) return;
      const { order } = job;
      const again = { attempt: 1, nextAttempt: 2, notBefore: null, reference: 'r' };
      happens(job, { type: 'JobRequeued', data: { why: 'stuck', ...again, order } });
      job.state = 'waiting';
    },
    end(which: number): void {
      const job = inState('running')[which];
      if (job === undefined) return;
      const data = {
        code: 'internal',
        retryable: false,
        attempt: 1,
        reference: 'r',
        order: job.order,
      } as const;
      happens(job, { type: 'JobFailed', data });
      job.state = 'ended';
    },
    cancel(which: number): void {
      const job = waiting()[which];
      if (job === undefined) return;
      const data = { by: whoOf(0), was: 'waiting', order: job.order } as const;
      const { position: at } = happens(job, { type: 'JobCancelled', data });
      job.state = 'ended';
      if (!job.wasBegun) departures.push({ job, why: 'cancelled', at });
    },
  };
};
type Queue = ReturnType<typeof openQueue>;

const ask = fc.record({
  does: fc.constant('ask' as const),
  person: fc.nat({ max: people - 1 }),
  priority: fc.constantFrom(0, 0, 0, 1),
  lag: fc.nat({ max: 8 }),
});
const move: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ does: fc.constant('begin' as const) }) },
  fc.record({
    does: fc.constantFrom('end' as const, 'requeue' as const, 'cancel' as const),
    which: fc.nat({ max: 5 }),
  }),
);

const take = async (queue: Queue, step: Step, rules: QueueRules): Promise<void> => {
  if (step.does === 'begin') queue.begin();
  else if (step.does === 'look') await queue.look();
  else if (step.does === 'ask') {
    const { waitingPerPerson, length } = rules.limits;
    const own = queue.waiting(step.person).length;
    const all = queue.waiting().length;
    const refused = await queue.ask(step.person, step.priority, step.lag);
    if (refused === 'quota_exceeded') expect(own).toBe(waitingPerPerson);
    if (refused === 'queue_full') expect(all).toBe(length);
    expect(refused === null).toBe(own < waitingPerPerson && all < length);
  } else queue[step.does](step.which);
};

const places = (queue: Queue): ReadonlyMap<Position, number | null> =>
  new Map(
    queue.waiting().map(({ order }) => [order.ticket, calculateQueuePosition(queue.shown(), order.ticket)]),
  );

const countedPlaces = (queue: Queue): ReadonlyMap<Position, number> =>
  new Map(
    queue
      .waiting()
      .map(({ order }) => [
        order.ticket,
        1 + queue.waiting().filter((other) => compareQueueOrder(other.order, order) < 0).length,
      ]),
  );

describe('who may join the queue', () => {
  it('are as many as the limits say, never more and never fewer, however late the documents are', async () => {
    const rules = { limits: { waitingPerPerson: 3, length: 8 }, fairShare: false };
    const step: fc.Arbitrary<Step> = fc.oneof(
      { weight: 4, arbitrary: ask },
      move,
      fc.record({ does: fc.constant('look' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const queue = openQueue(rules);
        for (const each of steps) await take(queue, each, rules);
      }),
      { numRuns: 300 },
    );
  });
});

describe('taking turns', () => {
  const rules = { limits: { waitingPerPerson: 1_000, length: 1_000 }, fairShare: true };
  /** Jobs are queued in bursts; between them the queue moves, and everything is known when the next begins. */
  const bursts = fc.array(
    fc.record({ asks: fc.array(ask, { maxLength: 8 }), moves: fc.array(move, { maxLength: 8 }) }),
    { maxLength: 12 },
  );

  const live = async (
    story: readonly { readonly asks: readonly Step[]; readonly moves: readonly Step[] }[],
    look: (queue: Queue) => void = () => undefined,
  ): Promise<Queue> => {
    const queue = openQueue(rules);
    for (const { asks, moves } of story) {
      await queue.look();
      for (const step of [...asks, ...moves]) {
        await take(queue, step, rules);
        look(queue);
      }
    }
    for (; queue.waiting().length > 0; look(queue)) queue.begin();
    return queue;
  };

  it('lets nobody who waits see more than one picture more begun of anybody else than of their own', async () => {
    await fc.assert(
      fc.asyncProperty(bursts, async (story) => {
        const { departures } = await live(story);
        const begun = departures.filter(({ why }) => why === 'begun');
        // Who cancels a picture gives its turn up, and may wait longer with the next one.
        const gaveUp = new Set(departures.flatMap(({ job, why }) => (why === 'begun' ? [] : [job.person])));
        for (const { job, at: end } of begun.filter(({ job }) => !gaveUp.has(job.person))) {
          const { ticket, priority } = job.order;
          const meanwhile = begun.filter(
            (other) => other.at > ticket && other.at <= end && other.job.order.priority === priority,
          );
          const begunOf = (person: number) => meanwhile.filter((other) => other.job.person === person).length;
          for (let person = 0; person < people; person += 1)
            expect(begunOf(person)).toBeLessThanOrEqual(begunOf(job.person) + 1);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('keeps places exact: 1 + those that wait before', async () => {
    await fc.assert(
      fc.asyncProperty(bursts, async (story) => {
        await live(story, (queue) => expect(places(queue)).toEqual(countedPlaces(queue)));
      }),
      { numRuns: 300 },
    );
  });
});

describe('who asks for one picture behind somebody’s ten', () => {
  it('is second under fair share, and eleventh without', async () => {
    for (const [fairShare, place] of [
      [true, 2],
      [false, 11],
    ] as const) {
      const queue = openQueue({ limits: { waitingPerPerson: 0, length: 0 }, fairShare });
      for (let n = 0; n < 10; n += 1) await queue.ask(0, 0, 0);
      await queue.ask(1, 0, 0);
      expect([...places(queue).values()].at(-1)).toBe(place);
    }
  });

  it('isn’t held against those who come back after others had their turns', async () => {
    const queue = openQueue({ limits: { waitingPerPerson: 0, length: 0 }, fairShare: true });
    for (let n = 0; n < 10; n += 1) await queue.ask(0, 0, 0);
    for (let n = 0; n < 5; n += 1) queue.begin();
    await queue.look();
    // Five of ten are begun; who comes now saved up no turns, and asks for three.
    for (let n = 0; n < 3; n += 1) await queue.ask(1, 0, 0);
    expect([...places(queue).values()].slice(-3)).toEqual([1, 3, 5]);
  });

  it('takes its turn at its own priority, whatever its owner asked for at another', async () => {
    const queue = openQueue({ limits: { waitingPerPerson: 0, length: 0 }, fairShare: true });
    for (let n = 0; n < 10; n += 1) await queue.ask(0, 0, 0);
    for (let n = 0; n < 10; n += 1) await queue.ask(1, -1, 0);
    await queue.ask(1, 0, 0);
    expect([...places(queue).values()].at(-1)).toBe(2);
  });

  it('gets back the turns that they cancelled', async () => {
    const queue = openQueue({ limits: { waitingPerPerson: 0, length: 0 }, fairShare: true });
    for (let n = 0; n < 3; n += 1) await queue.ask(0, 0, 0);
    for (let n = 0; n < 9; n += 1) await queue.ask(1, 0, 0);
    for (let n = 0; n < 9; n += 1) queue.cancel(3);
    await queue.look();
    await queue.ask(1, 0, 0);
    expect([...places(queue).values()].at(-1)).toBe(2);
  });
});
