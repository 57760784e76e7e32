import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConnectedClient, Subscription, UserView } from '../../../src/client/client.ts';
import { connect } from '../../../src/client/index.ts';
import type { EventBatch, SubscribeAnswer } from '../../../src/client/wire.ts';
import type { Event } from '../../../src/events/catalogue.ts';
import { positionOf } from '../../../src/events/ids.ts';
import { publicEvent } from '../../../src/events/public.ts';
import type { UserSnapshot } from '../../../src/projections/readModel.ts';
import { ada, conversationNumber, jobNumber, openHistory, orderOf } from '../../support/happened.ts';
import { openScriptedServer, type ScriptedServer, scriptedLog } from '../../support/scriptedServer.ts';
import { batchOf, foldAll, snapshotOf } from '../../support/scriptedServerBatches.ts';
import { until } from '../../support/until.ts';

const session = { token: 'token of Ada', user: { ...ada, roles: ['user'] } };
let server: ScriptedServer;
let client: ConnectedClient;
let user: Subscription<UserView>;
let through = 0;

const userSnapshot = (snapshot: UserSnapshot, at: number): SubscribeAnswer => ({
  ...{ ok: true, mode: 'snapshot', logId: scriptedLog },
  ...{ snapshot, position: positionOf(at) },
});

/** The events as the next batch of scope `user`. */
const tell = (...events: readonly Event[]) => {
  const batch: EventBatch = {
    scope: 'user',
    events: events.map(publicEvent),
    after: positionOf(through),
    through: events.at(-1)?.position ?? positionOf(through),
    live: true,
  };
  through = Number(batch.through);
  server.send(batch);
};

const titles = () => user.state.conversations.map(({ title }) => title);

const openWith = async (snapshot: UserSnapshot, at: number) => {
  through = at;
  server.script.subscribe = () => userSnapshot(snapshot, at);
  client = connect({ url: server.url, session, retryMs: 10 });
  user = client.user();
  await until(() => expect(user.state.view).toBe('live'));
};

beforeEach(async () => {
  server = await openScriptedServer();
});
afterEach(async () => {
  client.close();
  await server.close();
});

describe('own conversations', () => {
  it('come by joining, read as of then, and go by leaving', async () => {
    const history = openHistory();
    const started = history.starts(1);
    const { conversation } = foldAll(history.events);
    await openWith({ conversations: [], jobs: [] }, 0);
    server.script.respond = () => ({ status: 200, body: { conversation } });
    tell(...started);
    await until(() => expect(titles()).toEqual(['Harbour']));
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]?.headers['darkroom-min-position']).toBe(positionOf(2));
    const left = history.conversation(1, { type: 'ParticipantLeft', data: { participant: ada } });
    tell(left);
    await until(() => expect(titles()).toEqual([]));
  });

  it('that were left while they were read stay away', async () => {
    const history = openHistory();
    const started = history.starts(1);
    const { conversation } = foldAll(history.events);
    await openWith({ conversations: [], jobs: [] }, 0);
    let answer = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    server.script.delay = () => held;
    server.script.respond = () => ({ status: 200, body: { conversation } });
    tell(...started);
    await until(() => expect(server.requests).toHaveLength(1));
    tell(history.conversation(1, { type: 'ParticipantLeft', data: { participant: ada } }));
    await until(() => expect(server.acknowledged).toHaveLength(2));
    answer();
    server.script.delay = () => Promise.resolve();
    server.script.respond = () => ({ status: 200, body: new Uint8Array() });
    await client.api.image('a picture that is asked for after it');
    expect(titles()).toEqual([]);
  });

  it('show what happens in those that are open, the one with the newest activity first', async () => {
    const first = openHistory();
    first.starts(1);
    first.starts(2);
    const snapshots = [foldAll(first.events.slice(2)), foldAll(first.events.slice(0, 2))];
    await openWith({ conversations: snapshots.map(({ conversation }) => conversation), jobs: [] }, 4);
    expect(user.state.conversations[0]?.conversationId).toBe(conversationNumber(2));
    server.script.subscribe = () => snapshotOf(first.events.slice(0, 2));
    const opened = client.conversation(conversationNumber(1));
    await until(() => expect(opened.state.view).toBe('live'));
    first.conversation(1, { type: 'ConversationRenamed', data: { title: 'Lighthouse' } });
    first.asks(1);
    server.send({ ...batchOf(first.events, 4, 6), after: positionOf(2) });
    await until(() => expect(titles()).toEqual(['Lighthouse', 'Harbour']));
  });

  it('that someone was let into again are opened again where they are shown', async () => {
    const history = openHistory();
    history.starts(1);
    await openWith({ conversations: [], jobs: [] }, 2);
    server.script.subscribe = () => ({ ok: false, code: 'not_found', detail: '' });
    const opened = client.conversation(conversationNumber(1));
    await until(() => expect(opened.state.view).toBe('not_found'));
    const joined = history.conversation(1, { type: 'ParticipantJoined', data: { participant: ada } });
    server.script.subscribe = () => snapshotOf(history.events);
    server.script.respond = () => ({ status: 200, body: foldAll(history.events) });
    tell(joined);
    await until(() => expect(opened.state.view).toBe('live'));
  });
});

describe('own jobs', () => {
  it('are folded from asking to the end, and stay when they have ended', async () => {
    const history = openHistory();
    const started = history.starts(1);
    await openWith({ conversations: [], jobs: [] }, started.length);
    tell(history.asks(1));
    await until(() => expect(user.state.jobs[0]?.status).toBe('accepted'));
    const queued = history.queued(1);
    tell(queued);
    const order = orderOf(queued);
    const start = { worker: 'w', engine: 'sketch', attempt: 1, order };
    tell(history.job(1, { type: 'JobStarted', data: start }));
    await until(() => expect(user.state.jobs[0]?.status).toBe('running'));
    const by = { id: ada.id, name: ada.name };
    tell(history.job(1, { type: 'JobCancelled', data: { by, was: 'running', order } }));
    await until(() => expect(user.state.jobs[0]?.status).toBe('cancelled'));
    tell(history.asks(2));
    await until(() =>
      expect(user.state.jobs.map(({ jobId }) => jobId)).toEqual([jobNumber(2), jobNumber(1)]),
    );
  });

  it('of a list that could not be completed are read anew', async () => {
    const history = openHistory();
    const started = history.starts(1);
    await openWith({ conversations: [], jobs: [] }, 0);
    server.script.respond = () => ({ status: 400, body: 'a proxy in between' });
    const { conversation } = foldAll(history.events);
    server.script.subscribe = () => userSnapshot({ conversations: [conversation], jobs: [] }, 2);
    tell(...started);
    await until(() => expect(titles()).toEqual(['Harbour']));
    expect(server.subscribes[1]).not.toHaveProperty('after');
  });
});
