import { afterEach, describe, expect, it } from 'vitest';
import { positionOf, startOfLog } from '../../../src/events/ids.ts';
import { ada, type Node, openNode } from '../../support/deliveryNode.ts';
import { until } from '../../support/until.ts';

let node: Node;
afterEach(() => node.close());

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);

describe('a client that reads slowly', () => {
  it('is sent at most four replay batches that it has not acknowledged', async () => {
    node = await openNode();
    const id = await node.story.start(ada);
    const posted: string[] = [];
    for (let n = 0; n < 2_000; n += 1) posted.push(await node.story.post(id, ada, `${n}`));
    const client = node.server.connect('ada');
    client.withhold();
    await client.subscribe({ scope: 'conversation', id, after: posted[0], logId: node.log.logId });
    await client.until(() => client.batches().length === 4);
    // Whatever is said on this connection comes in order: an answer now means that nothing else was sent.
    await client.subscribe({ scope: 'user' });
    expect(client.batches('conversation')).toHaveLength(4);
    client.acknowledge();
    await client.untilLive('conversation');
    expect(client.positions('conversation')).toEqual(posted.slice(1));
  });

  it('is sent at most 512 live events and then catches up from the log, not live until then', async () => {
    node = await openNode();
    const id = await node.story.start(ada);
    const client = node.server.connect('ada');
    await client.subscribe({ scope: 'conversation', id });
    await client.untilLive();
    client.withhold();
    const posted: string[] = [];
    for (let n = 0; n < 3_000; n += 1) posted.push(await node.story.post(id, ada, `${n}`));
    const reached = () => node.server.delivery.health().position === posted.at(-1);
    await until(() => expect(reached()).toBe(true));
    await client.subscribe({ scope: 'user' });
    const held = sum(client.batches('conversation').map(({ events }) => events.length));
    expect(held).toBeGreaterThanOrEqual(512);
    expect(held).toBeLessThan(512 + 200);
    const before = client.batches('conversation').length;
    client.acknowledge();
    await client.untilThrough(posted.at(-1) ?? '', 'conversation');
    const lives = client
      .batches('conversation')
      .slice(before)
      .map(({ live }) => live);
    expect(lives[0]).toBe(false);
    expect(lives.at(-1)).toBe(true);
    expect(client.positions('conversation')).toEqual(posted);
  });

  it('is sent about 1 MB and no more', async () => {
    node = await openNode();
    const id = await node.story.start(ada);
    const client = node.server.connect('ada');
    await client.subscribe({ scope: 'conversation', id });
    await client.untilLive();
    client.withhold();
    for (let n = 0; n < 60; n += 1) await node.story.post(id, ada, 'x', { big: 'y'.repeat(60_000) });
    await until(() => expect(node.server.delivery.health().position).toBe(positionOf(62)));
    await client.subscribe({ scope: 'user' });
    const sizes = client.batches('conversation').map((batch) => Buffer.byteLength(JSON.stringify(batch)));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(262_144);
    expect(sum(sizes)).toBeLessThanOrEqual(1_048_576 + 262_144);
    client.acknowledge();
    await client.untilThrough(positionOf(62), 'conversation');
    expect(client.events('conversation')).toHaveLength(60);
  });

  it('is unsubscribed when it acknowledges nothing, told from where it can go on, and can', async () => {
    node = await openNode({ SLOW_CONSUMER_MS: 100, TICK_MS: 100 });
    const id = await node.story.start(ada);
    const client = node.server.connect('ada');
    const { position } = await client.subscribe({ scope: 'conversation', id });
    await client.untilLive();
    client.withhold();
    const posted = await node.story.post(id, ada, 'unheard');
    const ended = await client.untilOther('unsubscribed');
    expect(ended).toEqual({ scope: 'conversation', id, code: 'slow_consumer', resume: position });
    client.acknowledge();
    await client.subscribe({ scope: 'conversation', id, after: position, logId: node.log.logId });
    await client.untilThrough(posted);
    expect(new Set(client.positions())).toEqual(new Set([posted]));
  });

  it('leaves progress out that later progress tells, and nothing else', async () => {
    node = await openNode();
    const id = await node.story.start(ada);
    const job = await node.story.queued(id, ada);
    await node.story.started(job);
    for (let step = 1; step <= 20; step += 1) await node.story.progressed(job, step);
    await node.story.discarded(job);
    await node.story.completed(job);
    const client = node.server.connect('ada');
    await client.subscribe({ scope: 'conversation', id, after: startOfLog, logId: node.log.logId });
    await client.untilLive();
    expect(client.events().map(({ type }) => type)).toEqual([
      'ConversationStarted',
      'ParticipantJoined',
      'MessagePosted',
      'JobQueued',
      'JobStarted',
      'JobProgressed',
      'JobCompleted',
    ]);
    expect(client.events()[5]).toMatchObject({ data: { step: 20 } });
  });

  it('that subscribes again and again without reading does not fill our memory', async () => {
    node = await openNode();
    const id = await node.story.start(ada);
    for (let n = 0; n < 50; n += 1) await node.story.post(id, ada, 'x', { big: 'y'.repeat(60_000) });
    const client = node.server.connect('ada');
    await client.untilOther('welcome');
    const transport = client.socket.io.engine.transport as unknown as {
      ws: { pause(): void; resume(): void };
    };
    transport.ws.pause();
    const before = process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
    const asked = Array.from({ length: 100 }, () => client.subscribe({ scope: 'conversation', id }));
    const witness = node.server.connect('ada');
    await witness.subscribe({ scope: 'queue' });
    await until(() => expect(node.server.delivery.health().reading).toBe(0));
    const grown = process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed - before;
    expect(grown).toBeLessThan(120_000_000);
    transport.ws.resume();
    const answers = await Promise.all(asked);
    expect(answers.every(({ ok }) => ok)).toBe(true);
  });
});
