import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ConnectedClient, ConversationSubscription } from '../../../src/client/client.ts';
import { type ClientStorage, connect, memoryStorage } from '../../../src/client/index.ts';
import { startOfLog, type UserId } from '../../../src/events/ids.ts';
import { ada, conversationNumber, messageNumber, openHistory } from '../../support/happened.ts';
import { openScriptedServer, otherLog, type ScriptedServer } from '../../support/scriptedServer.ts';
import { batchOf, foldAll, replay, snapshotOf } from '../../support/scriptedServerBatches.ts';
import { until } from '../../support/until.ts';

const session = { token: 'token of Ada', user: { ...ada, roles: ['user'] } };
const id = conversationNumber(1);
/** A conversation (2 events), and 60 messages, each posted by one event. */
const history = openHistory();
history.starts(1);
for (let n = 1; n <= 60; n += 1) history.asks(n);
const log = history.events;
const end = log.at(-1)?.position ?? startOfLog;

let server: ScriptedServer;
let storage: ClientStorage;
const clients: ConnectedClient[] = [];

beforeEach(async () => {
  storage = memoryStorage();
  server = await openScriptedServer();
  server.script.subscribe = ({ after }) =>
    after === undefined ? snapshotOf(log.slice(0, 5)) : replay(after, end);
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await server.close();
});

const open = (more: { user?: string } = {}): [ConversationSubscription, ConnectedClient] => {
  const user = { ...session.user, id: (more.user ?? 'ada') as UserId };
  const client = connect({
    url: server.url,
    session: { ...session, user },
    retryMs: 10,
    stateStorage: storage,
  });
  clients.push(client);
  return [client.conversation(id), client];
};
const texts = (view: ConversationSubscription) => view.state.messages.map(({ messageId }) => messageId);
const upTo = (n: number) => Array.from({ length: n }, (_, index) => messageNumber(index + 1));
const live = (view: ConversationSubscription) => until(() => expect(view.state.view).toBe('live'));
const kept = async () => (await storage.entries('')).map(([, text]) => JSON.parse(text));

/** A first program that has seen so many events, and is over. */
const seen = async (events: number) => {
  const [view, client] = open();
  await live(view);
  if (events > 5) server.send(batchOf(log, 5, events));
  await until(() => expect(texts(view)).toHaveLength(events - 2));
  client.close();
  await until(async () => expect((await kept())[0]?.through).toBe(log[events - 1]?.position));
};

describe('a conversation that is kept', () => {
  it('is shown at once by the next program, which asks only for what it missed', async () => {
    await seen(8);
    server.script.refuse = 'unavailable';
    const [view] = open();
    await until(() => expect(texts(view)).toEqual(upTo(6)));
    expect(view.state.view).toBe('stale');
    server.script.refuse = null;
    await server.untilSubscribed(2);
    expect(server.subscribes[1]).toMatchObject({
      after: log[7]?.position,
      logId: server.script.welcome.logId,
    });
    server.send(batchOf(log, 8, log.length));
    await live(view);
    expect(texts(view)).toEqual(upTo(60));
    expect(view.state.conversation).toEqual(foldAll(log).conversation);
  });

  it('is kept with the cursor that belongs to it, soon after each change', async () => {
    const [view] = open();
    await live(view);
    server.send(batchOf(log, 5, 9));
    await until(async () => {
      const [one] = await kept();
      expect(one?.through).toBe(log[8]?.position);
      expect(one?.state.messages).toEqual(view.state.messages);
    });
  });

  it('is not kept ahead of what could be folded', async () => {
    const [view, client] = open();
    await live(view);
    const changed = batchOf(log, 5, 9).events.map((event) => ({ ...event, schema: 99 }));
    server.script.subscribe = () => null;
    server.send({ ...batchOf(log, 5, 9), events: changed });
    await server.untilSubscribed(2);
    client.close();
    await until(async () => expect((await kept())[0]?.through).toBe(log[4]?.position));
  });

  it('gives way to the snapshot where the server has another log', async () => {
    await seen(8);
    const other = openHistory();
    other.starts(1);
    other.asks(1);
    server.script.subscribe = () => snapshotOf(other.events, { mode: 'reset', logId: otherLog });
    const [view] = open();
    await live(view);
    expect(texts(view)).toEqual(upTo(1));
  });

  it('is forgotten when it is no longer for this person to see', async () => {
    await seen(8);
    server.script.subscribe = () => ({ ok: false, code: 'not_found', detail: '' });
    const [view] = open();
    await until(() => expect(view.state.view).toBe('lost'));
    await until(async () => expect(await kept()).toEqual([]));
  });

  it('is not shown to another person at the same machine', async () => {
    await seen(8);
    const [view] = open({ user: 'ben' });
    await live(view);
    expect(server.subscribes[1]).not.toHaveProperty('after');
    expect(await kept()).toHaveLength(1);
  });

  it('that can not be read is passed over', async () => {
    await seen(8);
    const [[key] = ['']] = await storage.entries('');
    await storage.set(key, '{"through":"12"}');
    const [view] = open();
    await live(view);
    expect(server.subscribes[1]).not.toHaveProperty('after');
  });

  it('has its newest 50 messages; the older ones are fetched when they are asked for', async () => {
    await seen(log.length);
    const [view] = open();
    await server.untilSubscribed(2);
    expect(texts(view)).toEqual(upTo(60).slice(10));
    expect(view.state.hasOlder).toBe(true);
    const older = foldAll(log, 100).messages.slice(50);
    server.script.respond = () => ({ status: 200, body: { items: older, nextCursor: null } });
    await view.loadOlder();
    expect(server.requests[0]?.path).toContain(`before=${messageNumber(11)}`);
    expect(texts(view)).toEqual(upTo(60));
  });

  it('may lie in a storage that takes its time, and that is closed before it answers', async () => {
    await seen(8);
    const memory = storage;
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    storage = {
      ...memory,
      entries: async (prefix) => {
        await answered;
        return memory.entries(prefix);
      },
    };
    const [closed] = open();
    closed.close();
    const [view] = open();
    answer();
    await server.untilSubscribed(2);
    expect(texts(view)).toEqual(upTo(6));
    expect(server.subscribes).toHaveLength(2);
  });

  it('is shown all the same where the storage fails, and that is told', async () => {
    const onStorageTrouble = vi.fn();
    const fails = () => {
      throw new Error('forbidden');
    };
    const client = connect({
      ...{ url: server.url, session, retryMs: 10, onStorageTrouble },
      stateStorage: { entries: fails, set: fails, remove: fails },
    });
    clients.push(client);
    await live(client.conversation(id));
    await until(() => expect(onStorageTrouble).toHaveBeenCalledTimes(2));
  });
});

it('so many conversations are kept as a person is likely to come back to', async () => {
  server.script.subscribe = ({ id: asked }) => {
    const one = openHistory();
    one.starts(Number(String(asked).slice(-12)));
    return snapshotOf(one.events);
  };
  const [, client] = open();
  for (let n = 2; n <= 55; n += 1) {
    const view = client.conversation(conversationNumber(n));
    await live(view);
    view.close();
  }
  await until(async () => expect(await kept()).toHaveLength(50));
  const last = (await storage.entries('')).map(([key]) => key);
  expect(last.some((key) => key.endsWith(conversationNumber(55)))).toBe(true);
});
