import { once } from 'node:events';
import { request } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { limits } from '../../../src/api/delivery/limits.ts';
import { ada, type Node, openNode } from '../../support/deliveryNode.ts';
import { type DeliveryServer, openDeliveryServer } from '../../support/deliveryServer.ts';
import { until } from '../../support/until.ts';

let node: Node;
afterEach(() => node.close());

/** The status that an upgrade is answered with: 101, or why not. */
const upgrade = async ({ port }: DeliveryServer, headers: Record<string, string>): Promise<number> => {
  const asked = request({
    port,
    host: '127.0.0.1',
    path: '/socket.io/?EIO=4&transport=websocket',
    headers: {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': Buffer.alloc(16).toString('base64'),
      ...headers,
    },
  });
  asked.end();
  const status = await Promise.race([
    once(asked, 'upgrade').then(([{ statusCode }, socket]) => {
      socket.destroy();
      return statusCode;
    }),
    once(asked, 'response').then(([{ statusCode }]) => statusCode),
  ]);
  asked.destroy();
  return status;
};

const hour = 3_600_000;

/** A server whose clock, and everyone's timers, the test puts forward. */
const openClockedServer = async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true });
  let ahead = 0;
  const now = (): Date => new Date(Date.now() + ahead);
  const server = await openDeliveryServer({ log: node.log, readModel: node.stores.readModel, now });
  const anHourPasses = (): void => {
    ahead += hour;
    vi.advanceTimersByTime(limits.clockMs);
  };
  return { server, anHourPasses };
};

describe('admission', () => {
  afterEach(() => void vi.useRealTimers());

  it('refuses a page of another origin at the upgrade, and a host that is not loopback', async () => {
    node = await openNode({ ALLOWED_ORIGINS: 'https://pictures.example, http://localhost:5173' });
    const { server } = node;
    const host = `127.0.0.1:${server.port}`;
    expect(await upgrade(server, {})).toBe(101);
    expect(await upgrade(server, { Origin: `http://${host}` })).toBe(101);
    expect(await upgrade(server, { Origin: 'http://localhost:5173' })).toBe(101);
    expect(await upgrade(server, { Origin: 'https://pictures.example' })).toBe(101);
    expect(await upgrade(server, { Origin: 'https://evil.example' })).toBe(400);
    expect(await upgrade(server, { Origin: 'null' })).toBe(400);
    expect(await upgrade(server, { Origin: 'http://127.0.0.1:1' })).toBe(400);
    const rebound = { Host: 'evil.example', Origin: 'http://evil.example' };
    expect(await upgrade(server, rebound)).toBe(400);
  });

  it('speaks WebSocket only', async () => {
    node = await openNode();
    const polling = await fetch(`${node.server.url}/socket.io/?EIO=4&transport=polling`);
    expect(polling.status).toBe(400);
  });

  it.each([
    ['nobody', undefined, 'unauthenticated'],
    ['a wrong token', 'N0!', 'unauthenticated'],
    ['a token that is no text', { $gt: '' }, 'unauthenticated'],
    ['an expired token', 'ada:1', 'token_expired'],
  ])('refuses %s', async (_, token, code) => {
    node = await openNode();
    const client = node.server.connect(token);
    expect(await client.untilOther('connect_error')).toMatchObject({ code });
  });

  it('has a limit of connections a person, and counts those that are gone no more', async () => {
    node = await openNode({ MAX_CONNECTIONS_PER_USER: 2 });
    const first = node.server.connect('ada');
    const second = node.server.connect('ada');
    await Promise.all([first, second].map((client) => client.untilOther('welcome')));
    const third = node.server.connect('ada');
    expect(await third.untilOther('connect_error')).toMatchObject({ code: 'too_many_connections' });
    await node.server.connect('ben').untilOther('welcome');
    first.close();
    await until(() => expect(node.server.delivery.health().connections).toBe(2));
    await node.server.connect('ada').untilOther('welcome');
  });

  it('tells a client that its token has expired, and disconnects it', async () => {
    node = await openNode();
    const { server, anHourPasses } = await openClockedServer();
    const client = server.connect(`ada:${Date.now() + hour}`);
    await client.untilOther('welcome');
    anHourPasses();
    await client.untilOther('token_expired');
    await client.untilOther('disconnect');
    await server.close();
  });

  it('stays connected with a new token of the same person, and takes no other', async () => {
    node = await openNode();
    const { server, anHourPasses } = await openClockedServer();
    const client = server.connect(`ada:${Date.now() + hour}`);
    const brief = server.connect(`ada:${Date.now() + hour}`);
    await Promise.all([client, brief].map((each) => each.untilOther('welcome')));
    await client.subscribe({ scope: 'user' });
    expect(await client.ask('refresh', { token: 'ben' })).toMatchObject({
      ok: false,
      code: 'unauthenticated',
    });
    expect(await client.ask('refresh', { token: 'ada:1' })).toMatchObject({
      ok: false,
      code: 'token_expired',
    });
    expect(await client.ask('refresh', { no: 'token' })).toMatchObject({
      ok: false,
      code: 'unauthenticated',
    });
    const renewed = `ada:${Date.now() + 2 * hour}`;
    expect(await client.ask('refresh', { token: renewed })).toEqual({ ok: true });
    anHourPasses();
    await brief.untilOther('disconnect');
    expect(await client.subscribe({ scope: 'queue' })).toMatchObject({ ok: true });
    expect(client.other('token_expired')).toBeUndefined();
    await server.close();
  });

  it('waits for the log instead of letting clients in blind', async () => {
    node = await openNode();
    node.stores.log.breakOff();
    const server = await openDeliveryServer({ log: node.log, readModel: { ...unused } });
    expect(server.delivery.health()).toMatchObject({ position: null });
    const client = server.connect('ada');
    node.stores.log.mend();
    await node.story.start(ada);
    await client.untilOther('welcome');
    await server.close();
  });
});

const never = (): never => {
  throw new Error('nobody asks for this here');
};
const unused = {
  whenProcessed: never,
  position: never,
  snapshot: never,
  timeline: never,
  timelineTexts: never,
  lastInScope: never,
};
