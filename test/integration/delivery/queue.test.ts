import { afterEach, describe, expect, it } from 'vitest';
import { type Position, startOfLog } from '../../../src/events/ids.ts';
import {
  calculateQueuePosition,
  type QueueChange,
  type QueuePlaces,
} from '../../../src/projections/places.ts';
import { applyQueueChange, queuePlacesFromSnapshot } from '../../../src/projections/queuePlaces.ts';
import type { DeliveryClient } from '../../support/deliveryClient.ts';
import { type AnyNode, ada, ben, nodes } from '../../support/deliveryNode.ts';

let node: AnyNode;
afterEach(() => node.close());

type Snapshot = Omit<QueuePlaces, 'position'>;

const folded = (client: DeliveryClient, snapshot: unknown, position: string): QueuePlaces =>
  client
    .events('queue')
    .map((event) => event as QueueChange)
    .reduce(applyQueueChange, queuePlacesFromSnapshot(snapshot as Snapshot, position as Position));

describe.each(nodes)('the queue on $on', ({ open }) => {
  it('has the same places from a snapshot and its changes as from the log', async () => {
    node = await open();
    const { story } = node;
    const id = await story.start(ada, ben);
    const jobs = [await story.queued(id, ada), await story.queued(id, ben), await story.queued(id, ada)];
    await node.stores.readModel.whenProcessed(jobs.at(-1)?.order.ticket ?? startOfLog, 10_000);
    const client = node.server.connect('ada');
    const { snapshot, position } = await client.subscribe({ scope: 'queue' });
    expect(snapshot).toMatchObject({ paused: false, running: 0, waitingCount: 3 });
    const [first, second, third] = jobs;
    if (first === undefined || second === undefined || third === undefined) throw new Error('three jobs');
    const placeOf = (job: typeof first) =>
      calculateQueuePosition(folded(client, snapshot, position), job.order.ticket);
    expect([first, second, third].map(placeOf)).toEqual([1, 2, 3]);

    await client.untilThrough(await story.started(first), 'queue');
    expect([first, second, third].map(placeOf)).toEqual([null, 1, 2]);
    await client.untilThrough(await story.cancelled(second), 'queue');
    expect([second, third].map(placeOf)).toEqual([null, 1]);
    const urgent = await story.queued(id, ben, 5);
    await client.untilThrough(await story.requeued(first), 'queue');
    expect([urgent, first, third].map(placeOf)).toEqual([1, 2, 3]);
    await client.untilThrough(await story.prioritized(third, 0, 7), 'queue');
    expect([third, urgent, first].map(placeOf)).toEqual([1, 2, 3]);
    await story.pause();
    await story.started(urgent);
    const last = await story.completed(urgent);
    await client.untilThrough(last, 'queue');
    await node.stores.readModel.whenProcessed(last, 10_000);

    const fresh = node.server.connect('ada');
    const again = await fresh.subscribe({ scope: 'queue' });
    expect({ ...folded(client, snapshot, position), position: null }).toEqual({
      ...queuePlacesFromSnapshot(again.snapshot as Snapshot, again.position as Position),
      position: null,
    });
  });

  it('is replayed as it was seen live', async () => {
    node = await open();
    const { story } = node;
    const id = await story.start(ada);
    const live = node.server.connect('ada');
    const { position } = await live.subscribe({ scope: 'queue' });
    const job = await story.queued(id, ada);
    await story.started(job);
    await story.progressed(job, 1);
    await story.post(id, ada, 'no matter of the queue');
    await story.completed(job);
    await live.untilThrough(await story.pause(), 'queue');
    expect(live.events().map(({ type }) => type)).toEqual(['queued', 'left', 'ended', 'paused']);
    const replayed = (await node.serve()).connect('ada');
    await replayed.subscribe({ scope: 'queue', after: position, logId: node.log.logId });
    await replayed.untilLive();
    expect(replayed.events()).toEqual(live.events());
  });
});
