import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConnectedClient, ConversationSubscription } from '../../../src/client/client.ts';
import { connect } from '../../../src/client/index.ts';
import { ada, conversationNumber, messageNumber, openHistory } from '../../support/happened.ts';
import { openScriptedServer, type ScriptedServer } from '../../support/scriptedServer.ts';
import { batchOf, foldAll, snapshotOf } from '../../support/scriptedServerBatches.ts';
import { until } from '../../support/until.ts';

const session = { token: 'token of Ada', user: { ...ada, roles: ['user'] } };
const edited = (text: string) => ({ type: 'MessageEdited', data: { text } }) as const;

/** 6 messages (events 2–7), of which a snapshot shows 3; then the oldest is edited. */
const history = openHistory();
history.starts(1);
for (let n = 1; n <= 6; n += 1) history.asks(n);
history.message(1, edited('after the snapshot'));
history.message(1, edited('last'));
const log = history.events;
const atSnapshot = 8;

let server: ScriptedServer;
let client: ConnectedClient;
let view: ConversationSubscription;

/** The page before the newest 3, as of so many events. */
const page = (asOf: number) => {
  const { messages } = foldAll(log.slice(0, asOf));
  const items = messages.slice(3).map((message) => ({
    ...message,
    image: message.image === null ? null : { ...message.image, place: 4 },
  }));
  return { status: 200, body: { items, nextCursor: null } };
};

beforeEach(async () => {
  server = await openScriptedServer();
  server.script.subscribe = () => snapshotOf(log.slice(0, atSnapshot), { limit: 3 });
  client = connect({ url: server.url, session, retryMs: 10 });
  view = client.conversation(conversationNumber(1));
  await until(() => expect(view.state.view).toBe('live'));
});
afterEach(async () => {
  client.close();
  await server.close();
});

const shown = () => view.state.messages.map(({ messageId }) => messageId);

describe('older messages', () => {
  it('are read at least as of the cursor, and come before what is held', async () => {
    server.script.respond = () => page(atSnapshot);
    expect(view.state.hasOlder).toBe(true);
    await view.loadOlder();
    expect(shown()).toEqual([1, 2, 3, 4, 5, 6].map(messageNumber));
    expect(view.state.hasOlder).toBe(false);
    expect(server.requests[0]?.headers['darkroom-min-position']).toBe(log[atSnapshot - 1]?.position);
    expect(server.requests[0]?.path).toContain(`before=${messageNumber(4)}`);
    expect(view.state.messages[0]?.image?.place).toBeNull();
  });

  it('lose no event that comes while they are on their way', async () => {
    let answer = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    server.script.delay = () => held;
    server.script.respond = () => page(atSnapshot);
    const loading = view.loadOlder();
    server.send(batchOf(log, 8, 10));
    await until(() => expect(server.acknowledged).toHaveLength(1));
    answer();
    await loading;
    expect(view.state.messages[0]?.text).toBe('last');
    expect([...view.state.messages].reverse()).toEqual(foldAll(log).messages);
  });

  it('that are newer than the cursor take no event twice', async () => {
    server.script.respond = () => page(log.length);
    await view.loadOlder();
    server.send(batchOf(log, 8, 9));
    await until(() => expect(server.acknowledged).toHaveLength(1));
    expect(view.state.messages[0]?.text).toBe('last');
  });

  it('are fetched once by two who ask at once', async () => {
    server.script.respond = () => page(atSnapshot);
    await Promise.all([view.loadOlder(), view.loadOlder()]);
    expect(server.requests).toHaveLength(1);
  });

  it('that could not be fetched can be asked for again', async () => {
    server.script.respond = () => ({ status: 400, body: { code: 'invalid_input', detail: 'No.' } });
    await expect(view.loadOlder()).rejects.toMatchObject({ code: 'invalid_input', detail: 'No.' });
    server.script.respond = () => page(atSnapshot);
    await view.loadOlder();
    expect(shown()).toHaveLength(6);
  });
});
