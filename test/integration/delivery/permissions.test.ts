import { afterEach, describe, expect, it } from 'vitest';
import { startOfLog } from '../../../src/events/ids.ts';
import type { UserSnapshot } from '../../../src/projections/readModel.ts';
import { type AnyNode, ada, ben, eve, nodes } from '../../support/deliveryNode.ts';
import { openUnreliableLog } from '../../support/deliveryUnreliableLog.ts';

let node: AnyNode;
afterEach(() => node.close());

describe.each(nodes)('who may see what on $on', ({ open }) => {
  it('ends the subscription of somebody who left, and nothing comes after that', async () => {
    node = await open();
    const id = await node.story.start(ada, ben);
    const client = node.server.connect('ben');
    await client.subscribe({ scope: 'conversation', id });
    await client.subscribe({ scope: 'user' });
    const last = await node.story.post(id, ada, 'still here');
    await client.untilThrough(last, 'conversation');
    const left = await node.story.leave(id, ben);
    await node.story.post(id, ada, 'secret');
    expect(await client.untilOther('unsubscribed')).toEqual({
      ...{ scope: 'conversation', id, code: 'permission_lost' },
      resume: last,
    });
    await client.untilThrough(left, 'user');
    expect(client.events('user')).toMatchObject([{ type: 'ParticipantLeft', position: left }]);
    expect(client.positions('conversation')).toEqual([last]);
    expect(await client.subscribe({ scope: 'conversation', id })).toMatchObject({ code: 'not_found' });
    expect(JSON.stringify(client.heard)).not.toContain('secret');
  });

  it('sends what came in one go before the leaving, and not what came after it', async () => {
    node = await open();
    const id = await node.story.start(ada, ben);
    const client = node.server.connect('ben');
    await client.subscribe({ scope: 'conversation', id });
    await client.untilLive();
    const before = node.story.post(id, ada, 'before');
    const leaving = node.story.leave(id, ben);
    const after = node.story.post(id, ada, 'secret');
    await Promise.all([before, leaving, after]);
    await client.untilOther('unsubscribed');
    expect(client.positions()).toEqual([await before]);
  });

  it('is asked about anew for each page of a replay, also where the node has not heard of the leaving', async () => {
    node = await open();
    const id = await node.story.start(ada, ben);
    const after = await node.log.head();
    await node.story.renameOften(id, 1_000);
    let goOn = (): void => {};
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const server = await node.serve({}, openUnreliableLog(node.log, { lose: () => false, held }));
    const client = server.connect('ben');
    client.withhold();
    await client.subscribe({ scope: 'conversation', id, after, logId: node.log.logId });
    await client.until(() => client.batches().length === 4);
    const seen = client.positions();
    await node.story.leave(id, ben);
    client.acknowledge();
    expect(await client.untilOther('unsubscribed')).toMatchObject({ code: 'permission_lost' });
    expect(client.positions()).toEqual(seen);
    goOn();
  });

  it('shows all of it to somebody who left and came back', async () => {
    node = await open();
    const id = await node.story.start(ada, ben);
    await node.story.leave(id, ben);
    const meanwhile = await node.story.post(id, ada, 'meanwhile');
    await node.story.join(id, ben);
    const client = node.server.connect('ben');
    await client.subscribe({ scope: 'conversation', id, after: startOfLog, logId: node.log.logId });
    await client.untilLive();
    expect(client.positions()).toContain(meanwhile);
    expect(client.other('unsubscribed')).toBeUndefined();
  });

  it('tells the owner who left about their job, without text or images; live, replayed and as a snapshot', async () => {
    node = await open();
    const id = await node.story.start(ada, ben);
    const live = node.server.connect('ben');
    await live.subscribe({ scope: 'user' });
    await live.untilLive();
    const left = await node.story.leave(id, ben);
    const job = await node.story.queued(id, ben);
    await node.story.started(job);
    await node.stores.readModel.whenProcessed(await node.story.progressed(job, 3), 10_000);
    const snapshot = (await node.server.connect('ben').subscribe({ scope: 'user' })).snapshot as UserSnapshot;
    expect(snapshot.jobs).toMatchObject([
      { jobId: job.jobId, status: 'running', step: 3, preview: null, request: { prompt: '' } },
    ]);
    const end = await node.story.completed(job);
    await live.untilThrough(end);
    const replayed = (await node.serve()).connect('ben');
    await replayed.subscribe({ scope: 'user', after: left, logId: node.log.logId });
    await replayed.untilLive();
    for (const client of [live, replayed]) {
      const events = client.events().filter(({ position }) => position > left);
      const types = ['MessagePosted', 'JobQueued', 'JobStarted', 'JobProgressed', 'JobCompleted'];
      expect(events.map(({ type }) => type)).toEqual(types);
      expect(events[0]).toMatchObject({ data: { text: '', image: { request: { prompt: '' } } } });
      expect(events[1]).toMatchObject({ data: { request: { prompt: '', negativePrompt: '' } } });
      expect(events[3]).toMatchObject({ data: { step: 3, preview: null } });
      expect(events[4]).toMatchObject({ data: { images: [] } });
    }
  });

  it('shows an owner who is in the conversation all of their job, also what came before a restart', async () => {
    node = await open();
    const id = await node.story.start(ada);
    const live = node.server.connect('ada');
    await live.subscribe({ scope: 'user' });
    const end = await node.story.completed(await node.story.queued(id, ada));
    await live.untilThrough(end);
    expect(live.events().at(-1)).toMatchObject({ type: 'JobCompleted', data: { images: [{ width: 512 }] } });
    const replayed = (await node.serve()).connect('ada');
    await replayed.subscribe({ scope: 'user', after: startOfLog, logId: node.log.logId });
    await replayed.untilLive();
    expect(replayed.events().at(-1)).toEqual(live.events().at(-1));
  });

  it('shows nobody else anything of a job: no prompt, no id, only that the queue moves', async () => {
    node = await open();
    const id = await node.story.start(ada);
    const stranger = node.server.connect('eve');
    await stranger.subscribe({ scope: 'queue' });
    await stranger.subscribe({ scope: 'user' });
    expect(await stranger.subscribe({ scope: 'conversation', id })).toMatchObject({ code: 'not_found' });
    const job = await node.story.queued(id, ada);
    const own = await node.story.queued(await node.story.start(eve), eve);
    const seen = await node.story.completed(job);
    await stranger.untilThrough(seen, 'queue');
    const [theirs, mine] = stranger.events('queue');
    expect(theirs).toEqual({
      ...{ position: job.order.ticket, type: 'queued', schema: 1, at: expect.any(String) },
      data: { ...job.order, own: null },
    });
    expect(mine).toMatchObject({ data: { own: own.jobId } });
    expect(JSON.stringify(stranger.heard)).not.toContain(job.jobId);
    expect(JSON.stringify(stranger.heard)).not.toContain(job.conversationId);
  });
});
