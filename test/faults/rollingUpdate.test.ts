import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ConnectedClient, connect, type Session, signIn } from '../../src/client/index.ts';
import { isKnownType } from '../../src/events/catalogue.ts';
import type { ConversationId, MessageId } from '../../src/events/ids.ts';
import type { RecordedEvent } from '../../src/events/log/eventLog.ts';
import { openSqliteEventLog } from '../../src/events/log/sqlite/sqliteEventLog.ts';
import { isPublic } from '../../src/events/public.ts';
import { type DeliveryFollower, followScope } from '../support/deliveryFollower.ts';
import { buildRelease } from '../support/releases.ts';
import { openRoughLine, type RoughLine } from '../support/roughLine.ts';
import { type ServerProcess, startServer } from '../support/serverProcess.ts';
import { until } from '../support/until.ts';

let folder: string;
let line: RoughLine;
let port: number;
const running: ServerProcess[] = [];
const clients: { close(): void }[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-rolling-'));
  line = await openRoughLine(() => port);
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await Promise.all(running.splice(0).map((server) => server.kill()));
  await line.close();
  await rm(folder, { recursive: true });
});

/** From now on whoever connects comes to it, as a proxy would have it; who is connected stays. */
const start = async (program: string): Promise<ServerProcess> => {
  const settings = { DATA_DIR: join(folder, 'data'), SKETCH_STEP_MS: '5', DRAIN_MS: '2000' };
  const server = await startServer(settings, [], program);
  running.push(server);
  port = Number(new URL(server.url).port);
  return server;
};

const open = (session: Session): ConnectedClient => {
  const client = connect({ url: line.url, session, retryMs: 50 });
  clients.push(client);
  return client;
};

const follow = ({ token }: Session, id: ConversationId): DeliveryFollower => {
  const follower = followScope({ url: line.url, token, address: { scope: 'conversation', id } });
  clients.push(follower);
  return follower;
};

/** Everything that is done in a chat; the ids of the messages that the server has taken. */
const chat = async (client: ConnectedClient, id: ConversationId, name: string): Promise<MessageId[]> => {
  const view = client.conversation(id);
  const [renamed, ...posted] = await Promise.all([
    // The library repeats what it can repeat safely; this is for who asked to say again.
    until(() => client.api.renameConversation(id, `Renamed: ${name}`)),
    view.requestImage(`a fox: ${name}`, { width: 64, height: 64, steps: 4 }),
    ...Array.from({ length: 5 }, (_, index) => view.post(`${name}, ${index}`)),
  ]);
  expect(renamed.title).toContain('Renamed');
  return posted.map(({ message }) => message.messageId);
};

/** What the log has of the conversation, read by no release's schemas. */
const recordedOf = async (id: ConversationId) => {
  const log = await openSqliteEventLog(join(folder, 'data/events.db'));
  const all: RecordedEvent[] = [];
  for await (const event of log.readAll()) all.push(event);
  await log.close();
  return all.filter(
    ({ type, metadata }) => metadata.subject.conversationId === id && isKnownType(type) && isPublic(type),
  );
};

it('an update and the way back lose nothing: two releases that write different versions of an event, over one log, with clients connected', async () => {
  const earlier = await buildRelease(folder, 'earlier');
  const later = await buildRelease(folder, 'later');
  const first = await start(earlier);
  const session = await signIn(line.url, 'Ada');
  const old = open(session);
  const { conversation } = await old.api.startConversation({});
  const id = conversation.conversationId;
  const followers = [follow(session, id), follow(session, id)];
  for (const each of followers) await each.untilLive();
  const taken = await chat(old, id, 'before');

  const second = await start(later);
  const young = open(session);
  followers.push(follow(session, id));
  for (const each of followers) await each.untilLive();
  taken.push(...(await chat(young, id, 'beside')), ...(await chat(old, id, 'beside as before')));

  const during = chat(old, id, 'while the earlier one stops');
  expect(await first.stop()).toBe(0);
  taken.push(...(await during), ...(await chat(old, id, 'updated')));

  const third = await start(earlier);
  const back = chat(young, id, 'while the later one stops');
  expect(await second.stop()).toBe(0);
  taken.push(...(await back), ...(await chat(old, id, 'gone back')));

  await until(async () => {
    const { items } = await old.api.jobs({});
    expect(items.map(({ status }) => status)).toEqual(items.map(() => 'completed'));
    expect(items).toHaveLength(7);
  });
  const recorded = await recordedOf(id);
  for (const each of followers) await each.untilThrough(recorded.at(-1)?.position);

  const versions = recorded.flatMap(({ type, metadata }) =>
    type === 'ConversationRenamed' ? metadata.schema : [],
  );
  expect(new Set(versions)).toEqual(new Set([1, 2]));
  expect(versions.at(-1)).toBe(1);

  const posted = recorded.flatMap(({ type, data }) =>
    type === 'MessagePosted' ? [String(data.messageId)] : [],
  );
  expect(posted.toSorted()).toEqual(taken.map(String).toSorted());
  // Progress may be left out where more of it is told at once.
  const told = recorded.filter(({ type }) => type !== 'JobProgressed').map(({ position }) => position);
  for (const each of followers) {
    const seen = each.events.filter(({ type }) => type !== 'JobProgressed').map(({ position }) => position);
    expect(each.snapshots).toHaveLength(1);
    expect(seen).toEqual(told.filter((position) => position > (each.snapshots[0]?.position ?? '')));
  }
  const { items } = await old.api.messages(id);
  for (const client of [old, young]) {
    const view = client.conversation(id);
    await until(() => {
      expect(view.state.view).toBe('live');
      expect(view.state.conversation?.title).toBe('Renamed: gone back');
      expect(view.state.messages).toEqual(items.toReversed());
    });
  }
  expect(await third.stop()).toBe(0);
});
