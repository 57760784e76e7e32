import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { decode } from '../../../src/events/catalogue.ts';
import type { JobId, Position } from '../../../src/events/ids.ts';
import type { QueueOrder } from '../../../src/events/job.ts';
import type { EventLog } from '../../../src/events/log/eventLog.ts';
import {
  calculateQueuePosition,
  type QueueChange,
  type QueuePlaces,
} from '../../../src/projections/places.ts';
import { applyQueueChange, queuePlacesFromSnapshot } from '../../../src/projections/queuePlaces.ts';
import type { Answer, DeliveryClient } from '../../support/deliveryClient.ts';
import { type AnyNode, ada, ben, nodes } from '../../support/deliveryNode.ts';
import type { Story, ToldJob } from '../../support/deliveryStory.ts';
import { readsOfOneMoment } from '../../support/folderStores.ts';

type Snapshot = Omit<QueuePlaces, 'position'>;
type Wish = {
  readonly what: 'queue' | 'start' | 'cancel' | 'end' | 'return' | 'raise';
  readonly pick: number;
};

const wishes = fc.array(
  fc.record<Wish>({
    what: fc.constantFrom('queue', 'queue', 'queue', 'start', 'cancel', 'end', 'return', 'raise'),
    pick: fc.nat(1_000),
  }),
  { minLength: 5, maxLength: 40 },
);

/** Who waits after each event of the log that changes it: counted from the log alone, in the simplest way. */
const readPlaces = async (log: EventLog) => {
  const orders = new Map<JobId, QueueOrder>();
  const waiting = new Set<JobId>();
  const places = new Map<Position, readonly Position[]>();
  for await (const recorded of log.readAll()) {
    const event = decode(recorded);
    if (event?.jobId === undefined) continue;
    const { jobId, position } = event;
    if (event.type === 'JobQueued') orders.set(jobId, { ...event.data, ticket: position });
    else if ('order' in event.data && event.data.order !== null) orders.set(jobId, event.data.order);
    if (event.type === 'JobQueued' || event.type === 'JobRequeued') waiting.add(jobId);
    if (event.type === 'JobStarted' || event.type === 'JobCancelled') waiting.delete(jobId);
    const inOrder = [...waiting].flatMap((id) => orders.get(id) ?? []);
    inOrder.sort((a, b) => b.priority - a.priority || a.round - b.round || (a.ticket < b.ticket ? -1 : 1));
    places.set(
      position,
      inOrder.map(({ ticket }) => ticket),
    );
  }
  return {
    /** The tickets in the queue's order, after everything up to here. */
    at: (position: Position): readonly Position[] =>
      [...places].findLast(([at]) => at <= position)?.[1] ?? [],
  };
};

/** Makes the wish come true, where it can. */
const grant = async (story: Story, id: Awaited<ReturnType<Story['start']>>, wish: Wish, jobs: Jobs) => {
  const from = wish.what === 'end' || wish.what === 'return' ? jobs.running : jobs.waiting;
  const [key, job] = [...from][wish.pick % Math.max(1, from.size)] ?? [];
  if (wish.what === 'queue') {
    const queued = await story.queued(id, wish.pick % 2 === 0 ? ada : ben, (wish.pick % 5) - 2);
    jobs.waiting.set(queued.jobId, queued);
    return;
  }
  if (key === undefined || job === undefined) return;
  switch (wish.what) {
    case 'start':
      jobs.waiting.delete(key);
      jobs.running.set(key, job);
      return story.started(job);
    case 'cancel':
      jobs.waiting.delete(key);
      return story.cancelled(job);
    case 'end':
      jobs.running.delete(key);
      return wish.pick % 2 === 0 ? story.completed(job) : story.cancelled(job, 'running');
    case 'return':
      jobs.running.delete(key);
      jobs.waiting.set(key, job);
      return story.requeued(job);
    case 'raise': {
      const priority = (wish.pick % 7) - 3;
      jobs.waiting.set(key, { ...job, order: { ...job.order, priority } });
      return story.prioritized(job, job.order.priority, priority);
    }
  }
};
interface Jobs {
  readonly waiting: Map<JobId, ToldJob>;
  readonly running: Map<JobId, ToldJob>;
}

/** Compares, at each position that the client was at, every place that it would show with the log's. */
const expectPlaces = async (log: EventLog, client: DeliveryClient, answer: Answer): Promise<number> => {
  const truth = await readPlaces(log);
  let queue = queuePlacesFromSnapshot(answer.snapshot as Snapshot, answer.position as Position);
  let compared = 0;
  const compare = (at: Position): void => {
    const tickets = truth.at(at);
    const shown = queue.waiting.map(({ ticket }) => calculateQueuePosition(queue, ticket));
    expect(shown).toEqual(queue.waiting.map(({ ticket }) => tickets.indexOf(ticket) + 1));
    expect(queue.waitingCount).toBe(tickets.length);
    compared += queue.waiting.length;
  };
  compare(queue.position);
  for (const { events, through } of client.batches('queue')) {
    for (const event of events) {
      queue = applyQueueChange(queue, event as QueueChange);
      compare(event.position);
    }
    compare(through as Position);
  }
  return compared;
};

let node: AnyNode;
afterEach(() => node.close());

describe.each(nodes)('places in the queue on $on', ({ on, open }) => {
  it('are at every moment what the log says, whoever joins when, and whatever happens', async ({ skip }) => {
    node = await open();
    if (on !== 'memory' && !readsOfOneMoment)
      return skip('the document store stands in for one that reads of one moment, and does not');
    const id = await node.story.start(ada, ben);
    const jobs: Jobs = { waiting: new Map(), running: new Map() };
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(wishes, wishes, async (before, after) => {
        for (const wish of before) await grant(node.story, id, wish, jobs);
        const client = node.server.connect('ada');
        const subscribing = client.subscribe({ scope: 'queue' });
        for (const wish of after) await grant(node.story, id, wish, jobs);
        const answer = await subscribing;
        const last = await node.story.queued(id, ada);
        jobs.waiting.set(last.jobId, last);
        await client.untilThrough(last.order.ticket, 'queue');
        compared += await expectPlaces(node.log, client, answer);
        client.close();
      }),
      { numRuns: on === 'memory' ? 20 : 5, endOnFailure: true },
    );
    expect(compared).toBeGreaterThan(100);
  });
});

describe('places in a queue of more than 1,000', () => {
  it('come with the own jobs, and move with what joins and leaves before them', async () => {
    const onStores = nodes.find(({ on }) => on !== 'memory');
    if (onStores === undefined) throw new Error('there is no node on stores');
    node = await onStores.open();
    const { story } = node;
    const id = await story.start(ada, ben);
    const queueMany = async (many: number, owner = ben): Promise<ToldJob[]> =>
      Promise.all(Array.from({ length: many }, () => story.queued(id, owner)));
    const early = await queueMany(600);
    const [first] = await queueMany(1, ada);
    await queueMany(600);
    const [second] = await queueMany(1, ada);
    if (first === undefined || second === undefined) throw new Error('two own jobs');
    await node.stores.readModel.whenProcessed(second.order.ticket, 60_000);
    const client = node.server.connect('ada');
    const answer = await client.subscribe({ scope: 'queue' });
    expect(answer.snapshot).toMatchObject({
      waitingCount: 1_202,
      waiting: [
        { own: first.jobId, place: 601 },
        { own: second.jobId, place: 1_202 },
      ],
    });
    const [one, two, three] = early;
    if (one === undefined || two === undefined || three === undefined) throw new Error('three early jobs');
    await story.started(one);
    await story.cancelled(two);
    await story.prioritized(three, 0, -5);
    await story.queued(id, ben, 5);
    const last = await story.requeued(one);
    await client.untilThrough(last, 'queue');
    expect(await expectPlaces(node.log, client, answer)).toBeGreaterThan(10);
  });
});
