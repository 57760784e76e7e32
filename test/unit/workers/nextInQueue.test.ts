import { describe, expect, it } from 'vitest';
import type { DomainEvent } from '../../../src/events/catalogue.ts';
import type { Person } from '../../../src/events/metadata.ts';
import { jobs } from '../../../src/projections/jobs.ts';
import { queue, queueState } from '../../../src/projections/queue.ts';
import { nextInQueue } from '../../../src/workers/nextInQueue.ts';
import { ada, ben, jobNumber, openHistory, orderOf, timeAt } from '../../support/happened.ts';
import { memoryDocuments } from '../../support/memoryDocuments.ts';
import { drawAtOnce, scriptedEngine } from '../../support/workshop.ts';

const openQueue = () => {
  const history = openHistory();
  const queued = new Map<number, DomainEvent>();
  const orderAt = (n: number) => {
    const event = queued.get(n);
    if (event === undefined) throw new Error(`job ${n} was not queued`);
    return orderOf(event);
  };
  return {
    ...history,
    joins: (n: number, who: Person) => void queued.set(n, history.queued(n, who)),
    begins: (n: number, who: Person) =>
      history.job(
        n,
        { type: 'JobStarted', data: { worker: 'w', engine: 'sketch', attempt: 1, order: orderAt(n) } },
        n,
        who,
      ),
    comesBack: (n: number, notBefore: string) =>
      history.job(n, {
        type: 'JobRequeued',
        data: { why: 'stuck', attempt: 1, nextAttempt: 2, notBefore, reference: 'r', order: orderAt(n) },
      }),
    /** Whose turn it is, where one person may have so many drawn at once. */
    async next(runningPerPerson: number, now = timeAt(1_000)) {
      const documents = memoryDocuments([queue, queueState, jobs]);
      for (const event of history.events) documents.digest(event);
      const { engine } = scriptedEngine(drawAtOnce);
      const isReady = () => true;
      const at = new Date(now);
      return (await nextInQueue(documents.reader, at, [engine], isReady, runningPerPerson))?.jobId ?? null;
    },
  };
};

describe('who is begun next', () => {
  it('is the first in the queue', async () => {
    const { joins, next } = openQueue();
    joins(1, ada);
    joins(2, ben);
    expect(await next(1)).toBe(jobNumber(1));
  });

  it('is nobody while the queue is paused, or none waits', async () => {
    const { joins, queue: queueIs, next } = openQueue();
    expect(await next(0)).toBeNull();
    joins(1, ada);
    queueIs('QueuePaused');
    expect(await next(0)).toBeNull();
    queueIs('QueueResumed');
    expect(await next(0)).toBe(jobNumber(1));
  });

  it('is somebody else where one person has as many drawn as they may', async () => {
    const { joins, begins, next } = openQueue();
    for (const n of [1, 2, 3]) joins(n, ada);
    joins(4, ben);
    begins(1, ada);
    expect(await next(2)).toBe(jobNumber(2));
    begins(2, ada);
    expect(await next(2)).toBe(jobNumber(4));
    expect(await next(0)).toBe(jobNumber(3));
  });

  it('is nobody where all who wait have as many drawn as they may', async () => {
    const { joins, begins, next } = openQueue();
    for (const n of [1, 2]) joins(n, ada);
    begins(1, ada);
    expect(await next(1)).toBeNull();
  });

  it('is found behind hundreds that are passed over', async () => {
    const { joins, begins, next } = openQueue();
    for (let n = 1; n <= 350; n += 1) joins(n, ada);
    joins(351, ben);
    begins(1, ada);
    expect(await next(1)).toBe(jobNumber(351));
  });

  it('is not a job whose time has not come', async () => {
    const { joins, begins, comesBack, next } = openQueue();
    joins(1, ada);
    joins(2, ben);
    begins(1, ada);
    comesBack(1, timeAt(500));
    expect(await next(1, timeAt(499))).toBe(jobNumber(2));
    expect(await next(1, timeAt(500))).toBe(jobNumber(1));
  });
});
