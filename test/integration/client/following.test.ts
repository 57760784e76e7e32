import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type {
  ConnectedClient,
  ConnectOptions,
  ConversationSubscription,
} from '../../../src/client/client.ts';
import { connect } from '../../../src/client/index.ts';
import type { SubscribeAnswer } from '../../../src/client/wire.ts';
import type { Event } from '../../../src/events/catalogue.ts';
import { startOfLog } from '../../../src/events/ids.ts';
import { ada, conversationNumber, messageNumber, openHistory } from '../../support/happened.ts';
import {
  openScriptedServer,
  otherLog,
  type ScriptedServer,
  scriptedLog,
} from '../../support/scriptedServer.ts';
import { batchOf, foldAll, replay, snapshotOf } from '../../support/scriptedServerBatches.ts';
import { until } from '../../support/until.ts';

const session = { token: 'token of Ada', user: { ...ada, roles: ['user'] } };
const conversation = conversationNumber(1);

/** A conversation (2 events), and 10 messages, each posted by one event. */
const history = (): readonly Event[] => {
  const log = openHistory();
  log.starts(1);
  for (let n = 1; n <= 10; n += 1) log.asks(n);
  return log.events;
};

const emptyQueueAnswer: SubscribeAnswer = {
  ...{ ok: true, mode: 'snapshot', position: startOfLog, logId: scriptedLog },
  snapshot: { paused: false, waiting: [], running: 0, waitingCount: 0 },
};

let server: ScriptedServer;
let client: ConnectedClient;
const log = history();

beforeEach(async () => {
  server = await openScriptedServer();
  server.script.subscribe = ({ after }) =>
    after === undefined ? snapshotOf(log.slice(0, 3)) : replay(after, log.at(-1)?.position ?? after);
});
afterEach(async () => {
  client.close();
  await server.close();
});

const open = (more: Partial<ConnectOptions> = {}) => {
  client = connect({ url: server.url, session, retryMs: 10, ...more });
  return client.conversation(conversation);
};

const texts = (view: ConversationSubscription) => view.state.messages.map(({ messageId }) => messageId);
const upTo = (n: number) => Array.from({ length: n }, (_, index) => messageNumber(index + 1));
const opened = async (more: Parameters<typeof open>[0] = {}) => {
  const view = open(more);
  await until(() => expect(view.state.view).toBe('live'));
  return view;
};

describe('a conversation that is followed', () => {
  it('is what a GET at the end of the events would say', async () => {
    const view = await opened();
    server.send(batchOf(log, 3, 7));
    server.send(batchOf(log, 7, 12));
    await until(() => expect(server.acknowledged).toHaveLength(2));
    const { conversation: expected, messages } = foldAll(log);
    expect(view.state.conversation).toEqual(expected);
    expect([...view.state.messages].reverse()).toEqual(messages);
  });

  it('applies nothing twice where batches come again', async () => {
    const view = await opened();
    server.send(batchOf(log, 3, 7));
    server.send(batchOf(log, 3, 7));
    server.send(batchOf(log, 5, 9));
    await until(() => expect(server.acknowledged).toHaveLength(3));
    expect(texts(view)).toEqual(upTo(7));
    expect(server.subscribes).toHaveLength(1);
  });

  it('asks from its cursor where something is missing, and does not acknowledge what it let go', async () => {
    const view = await opened();
    server.send(batchOf(log, 3, 5));
    server.send(batchOf(log, 6, 8));
    await server.untilSubscribed(2);
    expect(server.subscribes[1]).toMatchObject({ after: log[4]?.position });
    expect(texts(view)).toEqual(upTo(3));
    server.send(batchOf(log, 5, 12));
    await until(() => expect(texts(view)).toEqual(upTo(10)));
    await until(() => expect(server.acknowledged).toEqual([log[4]?.position, log[11]?.position]));
  });

  it('acknowledges only what is shown already', async () => {
    const view = await opened();
    const shown: number[] = [];
    const acknowledged = server.acknowledged;
    server.tell().emit('events', batchOf(log, 3, 8), () => shown.push(view.state.messages.length));
    await until(() => expect(shown).toEqual([6]));
    expect(acknowledged).toEqual([]);
  });

  it('tells its listeners once a batch', async () => {
    const view = await opened();
    const listener = vi.fn();
    view.on('change', listener);
    const before = view.state;
    expect(view.state).toBe(before);
    server.send(batchOf(log, 3, 12));
    await until(() => expect(server.acknowledged).toHaveLength(1));
    expect(listener).toHaveBeenCalledTimes(1);
    expect(view.state).not.toBe(before);
  });

  it('says that it catches up until it has', async () => {
    const view = await opened();
    server.send(batchOf(log, 3, 5, false));
    await until(() => expect(view.state.view).toBe('catching_up'));
    server.send(batchOf(log, 5, 12, true));
    await until(() => expect(view.state.view).toBe('live'));
  });

  it('comes back with its cursor each time that the line breaks, and shows what it has meanwhile', async () => {
    const view = await opened();
    const held: (readonly string[])[] = [];
    view.on('change', () => {
      if (view.state.view === 'stale') held.push(texts(view));
    });
    for (let round = 1; round <= 3; round += 1) {
      server.send(batchOf(log, 2 + round, 3 + round));
      await until(() => expect(server.acknowledged).toHaveLength(round));
      server.breakLine();
      await server.untilSubscribed(1 + round);
      expect(held).toEqual(Array.from({ length: round }, (_, before) => upTo(2 + before)));
      expect(server.subscribes.at(-1)).toMatchObject({ after: log[2 + round]?.position });
      expect(client.connection.state).toBe('connected');
    }
    server.send(batchOf(log, 6, 12));
    await until(() => expect(texts(view)).toEqual(upTo(10)));
  });

  it('asks again after silence', async () => {
    await opened({ tickMs: 20 });
    await server.untilSubscribed(3);
    expect(server.subscribes[2]).toMatchObject({ after: log[2]?.position });
  });

  it('does not call itself live after silence, until it is answered', async () => {
    const whole = server.script.subscribe;
    server.script.subscribe = (request) => (server.subscribes.length < 2 ? whole(request) : null);
    const view = await opened({ tickMs: 20, answerMs: 50 });
    await until(() => expect(view.state.view).toBe('stale'));
    expect(texts(view)).toEqual(upTo(1));
    server.script.subscribe = whole;
    await until(() => expect(view.state.view).not.toBe('stale'));
  });

  it('asks again where no answer comes', async () => {
    const whole = server.script.subscribe;
    server.script.subscribe = (request) => (server.subscribes.length < 3 ? null : whole(request));
    await opened({ answerMs: 20 });
    expect(server.subscribes).toHaveLength(3);
  });

  it('takes the snapshot of a reset and forgets the rest', async () => {
    const view = await opened();
    server.send(batchOf(log, 3, 12));
    await until(() => expect(server.acknowledged).toHaveLength(1));
    const other = openHistory();
    other.starts(1);
    other.asks(1);
    server.script.subscribe = () => snapshotOf(other.events, { mode: 'reset', logId: otherLog });
    server.breakLine();
    await until(() => expect(texts(view)).toEqual(upTo(1)));
    expect(view.state.view).toBe('live');
    server.breakLine();
    await server.untilSubscribed(3);
    expect(server.subscribes[2]).toMatchObject({ logId: otherLog, after: other.events.at(-1)?.position });
  });
});

describe('what the server ends', () => {
  const end = (code: 'permission_lost' | 'slow_consumer') =>
    server.tell().emit('unsubscribed', { scope: 'conversation', id: conversation, code, resume: startOfLog });

  it('for want of permission is lost, and hears nothing more', async () => {
    const view = await opened();
    end('permission_lost');
    await until(() => expect(view.state.view).toBe('lost'));
    server.send(batchOf(log, 3, 7));
    // The answer to another subscribe comes after that batch: by then it has been heard.
    server.script.subscribe = () => emptyQueueAnswer;
    const queue = client.queue();
    await until(() => expect(queue.state.view).toBe('live'));
    expect(texts(view)).toEqual(upTo(1));
    expect(server.subscribes).toHaveLength(2);
  });

  it('for slowness is asked for again from where it was', async () => {
    await opened();
    end('slow_consumer');
    await server.untilSubscribed(2);
    expect(server.subscribes[1]).toMatchObject({ after: log[2]?.position });
  });

  it('because it stops is come back to when it says', async () => {
    const view = await opened();
    const states: string[] = [];
    client.connection.on('change', () => states.push(client.connection.state));
    server.tell().emit('server_shutdown', { retryAfterMs: 30 });
    await server.untilSubscribed(2);
    expect(states).toContain('reconnecting');
    expect(server.connections()).toBe(2);
    expect(server.subscribes[1]).toMatchObject({ after: log[2]?.position });
    server.send(batchOf(log, 3, 12));
    await until(() => expect(texts(view)).toEqual(upTo(10)));
  });

  it('as not found is shown so, and nothing is asked further', async () => {
    server.script.subscribe = () => ({ ok: false, code: 'not_found', detail: 'There is no such thing.' });
    const view = open();
    await until(() => expect(view.state.view).toBe('not_found'));
    expect(server.subscribes).toHaveLength(1);
    expect(server.requests).toHaveLength(0);
  });

  it('as unavailable is asked for again', async () => {
    const whole = server.script.subscribe;
    server.script.subscribe = (request) =>
      server.subscribes.length < 3 ? { ok: false, code: 'unavailable', detail: '' } : whole(request);
    await opened();
  });
});

describe('a sign-in that is over', () => {
  it('is told once, and goes on with a new one where it was', async () => {
    const onSessionExpired = vi.fn();
    const view = await opened({ onSessionExpired });
    server.tell().emit('token_expired');
    await until(() => expect(onSessionExpired).toHaveBeenCalledTimes(1));
    expect(client.connection.state).toBe('offline');
    expect(view.state.view).toBe('stale');
    client.renew({ ...session, token: 'new token' });
    await server.untilSubscribed(2);
    expect(server.tokens).toEqual(['token of Ada', 'new token']);
    expect(server.subscribes[1]).toMatchObject({ after: log[2]?.position });
  });

  it('that was refused at once is told, and not tried again', async () => {
    server.script.refuse = 'unauthenticated';
    const onSessionExpired = vi.fn();
    open({ onSessionExpired });
    await until(() => expect(onSessionExpired).toHaveBeenCalledTimes(1));
    expect(client.connection.state).toBe('offline');
  });

  it('is not over because of too many connections', async () => {
    server.script.refuse = 'too_many_connections';
    open();
    await until(() => expect(server.tokens.length).toBeGreaterThan(2));
    server.script.refuse = null;
    await server.untilSubscribed(1);
  });

  it('is renewed on the line that there is', async () => {
    await opened();
    client.renew({ ...session, token: 'new token' });
    await until(() => expect(server.refreshed).toEqual(['new token']));
    expect(server.connections()).toBe(1);
  });

  it('is not over because the server can not check the new token yet: it is shown again', async () => {
    const onSessionExpired = vi.fn();
    await opened({ onSessionExpired });
    server.script.refresh = () => ({ ok: false, code: 'unavailable', detail: '' });
    client.renew({ ...session, token: 'new token' });
    await server.untilSubscribed(2);
    expect(server.tokens).toEqual(['token of Ada', 'new token']);
    expect(server.subscribes[1]).toMatchObject({ after: log[2]?.position });
    expect(onSessionExpired).not.toHaveBeenCalled();
  });
});

describe('a session that can be renewed', () => {
  const renewed = { ...session, token: 'new token' };

  it('is, when it is refused; then everything goes on where it was', async () => {
    server.script.refuse = 'token_expired';
    const onSessionExpired = vi.fn();
    const renewSession = vi.fn(async () => {
      server.script.refuse = null;
      return renewed;
    });
    const view = await opened({ onSessionExpired, renewSession });
    expect(server.tokens).toEqual(['token of Ada', 'new token']);
    expect(client.session).toBe(renewed);
    expect(view.state.view).toBe('live');
    expect([renewSession.mock.calls.length, onSessionExpired.mock.calls.length]).toEqual([1, 0]);
  });

  it('is, before its token ends, on the line that there is', async () => {
    const now = Math.floor(Date.now() / 1000);
    const token = `x.${Buffer.from(JSON.stringify({ exp: now + 2 })).toString('base64url')}.x`;
    client = connect({ url: server.url, session: { ...session, token }, renewSession: async () => renewed });
    client.conversation(conversation);
    await until(() => expect(server.refreshed).toEqual(['new token']));
    expect(server.connections()).toBe(1);
  });

  it('is over where it can not be', async () => {
    const onSessionExpired = vi.fn();
    await opened({ onSessionExpired, renewSession: async () => null });
    server.tell().emit('token_expired');
    await until(() => expect(onSessionExpired).toHaveBeenCalledTimes(1));
    expect(client.connection.state).toBe('offline');
  });

  it('is not asked for because of a token that was replaced meanwhile', async () => {
    const renewSession = vi.fn(async () => renewed);
    await opened({ renewSession });
    let answer = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    server.script.respond = () => ({ status: 401, body: { code: 'token_expired', detail: '' } });
    server.script.delay = () => held;
    const refused = expect(client.api.conversations()).rejects.toMatchObject({ code: 'token_expired' });
    await until(() => expect(server.requests).toHaveLength(1));
    client.renew(renewed);
    answer();
    await refused;
    expect(renewSession).not.toHaveBeenCalled();
  });
});

describe('a machine that has slept', () => {
  /** What the watch for waking goes by: the clock, and its beat. */
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] }));
  afterEach(() => void vi.useRealTimers());
  const sleep = (milliseconds: number): void => {
    vi.setSystemTime(Date.now() + milliseconds);
    vi.advanceTimersToNextTimer();
  };

  it('asks again at once when it wakes, and holds what it held meanwhile', async () => {
    const view = await opened();
    // So long that even the connection counts as gone; the timers know nothing of it.
    sleep(3_600_000);
    await server.untilSubscribed(2);
    expect(server.subscribes[1]).toMatchObject({ after: log[2]?.position });
    expect(texts(view)).toEqual(upTo(1));
    await until(() => expect(client.connection.state).toBe('connected'));
  });

  it('so shortly that nothing can be missing does nothing', async () => {
    await opened();
    sleep(10_000);
    // Had it asked, that would be before this.
    server.script.subscribe = () => emptyQueueAnswer;
    const queue = client.queue();
    await until(() => expect(queue.state.view).toBe('live'));
    expect(server.subscribes.map(({ scope }) => scope)).toEqual(['conversation', 'queue']);
  });
});

describe('a server that is newer', () => {
  it('may send types that are unknown here', async () => {
    const view = await opened();
    const batch = batchOf(log, 3, 5);
    Object.assign(batch.events[0] ?? {}, { type: 'MessagePinned' });
    server.send(batch);
    await until(() => expect(server.acknowledged).toHaveLength(1));
    expect(texts(view)).toEqual([messageNumber(1), messageNumber(3)]);
  });

  it('with a new version of a known type is read anew', async () => {
    const view = await opened();
    const changed = log.slice(3, 5).map((event) => ({ ...event, schema: 2 }));
    server.script.subscribe = () => snapshotOf(log.slice(0, 5));
    server.send({ ...batchOf(log, 3, 5), events: changed });
    await server.untilSubscribed(2);
    expect(server.subscribes[1]).not.toHaveProperty('after');
    await until(() => expect(texts(view)).toEqual(upTo(3)));
    expect(server.acknowledged).toEqual([]);
  });
});

describe('views of one conversation', () => {
  it('are one subscription, which ends with the last of them', async () => {
    const first = await opened();
    const second = client.conversation(conversation);
    expect(second.state).toBe(first.state);
    first.close();
    first.close();
    server.send(batchOf(log, 3, 5));
    await until(() => expect(texts(second)).toEqual(upTo(3)));
    expect(server.unsubscribes).toEqual([]);
    second.close();
    await until(() => expect(server.unsubscribes).toEqual([{ scope: 'conversation', id: conversation }]));
    expect(server.subscribes).toHaveLength(1);
  });

  it('may be many, and loops over them end with the client', async () => {
    const warned = vi.fn();
    process.on('warning', warned);
    await opened();
    const loops = Array.from({ length: 20 }, async () => {
      for await (const { view } of client.conversation(conversation)) expect(view).toBe('live');
    });
    client.close();
    await Promise.all(loops);
    process.off('warning', warned);
    expect(warned).not.toHaveBeenCalled();
  });

  it('given back and asked for in one turn stay the same', async () => {
    const first = await opened();
    first.close();
    const second = client.conversation(conversation);
    expect(second.state).toBe(first.state);
    server.send(batchOf(log, 3, 5));
    await until(() => expect(texts(second)).toEqual(upTo(3)));
    expect(server.unsubscribes).toEqual([]);
  });
});
