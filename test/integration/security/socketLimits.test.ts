import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { limits } from '../../../src/api/delivery/limits.ts';
import { ada, type Node, openNode } from '../../support/deliveryNode.ts';
import { until } from '../../support/until.ts';

let node: Node;
afterEach(() => node.close());

const tooMany = { ok: false, code: 'too_many_subscriptions' };

describe('sockets of a person', () => {
  it('have a limit of subscriptions together, and what ends makes room', async () => {
    node = await openNode({ MAX_SUBSCRIPTIONS_PER_USER: 3 });
    const [first, second] = [node.server.connect('ada'), node.server.connect('ada')];
    const ids = [await node.story.start(ada), await node.story.start(ada)];
    for (const id of ids) expect((await first.subscribe({ scope: 'conversation', id })).ok).toBe(true);
    expect((await second.subscribe({ scope: 'user' })).ok).toBe(true);
    expect(await second.subscribe({ scope: 'queue' })).toMatchObject(tooMany);
    // To begin one anew is not one more.
    expect((await second.subscribe({ scope: 'user' })).ok).toBe(true);
    expect((await node.server.connect('ben').subscribe({ scope: 'queue' })).ok).toBe(true);
    await first.ask('unsubscribe', { scope: 'conversation', id: ids[0] });
    expect((await second.subscribe({ scope: 'queue' })).ok).toBe(true);
    first.close();
    await until(async () =>
      expect((await second.subscribe({ scope: 'conversation', id: ids[0] })).ok).toBe(true),
    );
  });

  it('have a limit of events, and are told how long to wait', async () => {
    node = await openNode({ SOCKET_EVENT_LIMIT_PER_MINUTE: 5 });
    const [first, second] = [node.server.connect('ada'), node.server.connect('ada')];
    for (let n = 0; n < 5; n += 1)
      expect(await first.ask('unsubscribe', { scope: 'queue' })).toEqual({ ok: true });
    const refused = await second.subscribe({ scope: 'queue' });
    expect(refused).toMatchObject({ ok: false, code: 'unavailable', retryAfterMs: expect.any(Number) });
    expect(refused).toMatchObject({ detail: expect.stringMatching(/Wait for \d+ s, then go on/) });
    expect((await node.server.connect('ben').subscribe({ scope: 'queue' })).ok).toBe(true);
  });

  it('may acknowledge as much as they are sent, whatever the limit of events', async () => {
    node = await openNode({ SOCKET_EVENT_LIMIT_PER_MINUTE: 1 });
    const id = await node.story.start(ada);
    const client = node.server.connect('ada');
    expect((await client.subscribe({ scope: 'conversation', id })).ok).toBe(true);
    for (let n = 0; n < 20; n += 1) await client.untilThrough(await node.story.post(id, ada, `message ${n}`));
  });
});

describe('sockets of one address', () => {
  it('have limits of their own, whoever signs in on them', async () => {
    node = await openNode({ MAX_SUBSCRIPTIONS_PER_ADDRESS: 1, MAX_CONNECTIONS_PER_ADDRESS: 2 });
    const [first, second] = [node.server.connect('ada'), node.server.connect('ben')];
    await Promise.all([first, second].map((client) => client.untilOther('welcome')));
    expect((await first.subscribe({ scope: 'queue' })).ok).toBe(true);
    expect(await second.subscribe({ scope: 'queue' })).toMatchObject(tooMany);
    const third = node.server.connect('eve');
    expect(await third.untilOther('connect_error')).toMatchObject({ code: 'too_many_connections' });
    third.close();
    first.close();
    await until(async () => {
      const again = node.server.connect('eve');
      const answer = await again.until(() => again.other('welcome') ?? again.other('connect_error'));
      if (!('serverTime' in answer)) again.close();
      expect(answer).toHaveProperty('serverTime');
    });
  });

  it('can not begin without end', async () => {
    node = await openNode({ RATE_LIMIT_PER_ADDRESS: 3 });
    const statuses: number[] = [];
    for (let n = 0; n < 4; n += 1) {
      const socket = new WebSocket(
        `${node.server.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`,
      );
      statuses.push(
        await Promise.race([
          once(socket, 'open').then(() => 101),
          once(socket, 'unexpected-response').then(([, response]) => response.statusCode),
        ]),
      );
      socket.on('error', () => undefined).terminate();
    }
    expect(statuses).toEqual([101, 101, 101, 400]);
  });
});

describe('a socket on which nobody signs in', () => {
  afterEach(() => void vi.useRealTimers());

  it.each([
    ['says nothing', undefined],
    ['sends a token that is not believed, and stays', '40{"token":"N0!"}'],
  ])('is closed after 5 s where it %s', async (_, packet) => {
    expect(limits.signInMs).toBe(5_000);
    node = await openNode();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true });
    const socket = new WebSocket(
      `${node.server.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`,
    );
    const closed = once(socket, 'close');
    await once(socket, 'message');
    if (packet !== undefined) {
      socket.send(packet);
      await once(socket, 'message');
    }
    vi.advanceTimersByTime(limits.signInMs);
    await closed;
  });

  it('is closed where it never begins to speak WebSocket', async () => {
    node = await openNode();
    const socket = connect(node.server.port, '127.0.0.1');
    socket.write(
      'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    );
    await once(socket.resume(), 'close');
    expect((await node.server.connect('ben').subscribe({ scope: 'queue' })).ok).toBe(true);
  });
});
