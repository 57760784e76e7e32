import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ConnectedClient, QueueView, Subscription } from '../../../src/client/client.ts';
import { calculateQueuePosition, connect } from '../../../src/client/index.ts';
import type { SubscribeAnswer } from '../../../src/client/wire.ts';
import { type JobId, positionOf } from '../../../src/events/ids.ts';
import type { QueueChange, WaitingJob } from '../../../src/projections/places.ts';
import { ada } from '../../support/happened.ts';
import { openScriptedServer, type ScriptedServer, scriptedLog } from '../../support/scriptedServer.ts';
import { until } from '../../support/until.ts';

const session = { token: 'token of Ada', user: { ...ada, roles: ['user'] } };
const job = (number: number, own: JobId | null = null, place?: number): WaitingJob => ({
  ...{ ticket: positionOf(number), priority: 0, round: 0, own },
  ...(place === undefined ? {} : { place }),
});
const mine = 'mine' as JobId;

const snapshot = (waiting: readonly WaitingJob[], waitingCount: number, at: number): SubscribeAnswer => ({
  ...{ ok: true, mode: 'snapshot', logId: scriptedLog, position: positionOf(at) },
  snapshot: { paused: false, running: 1, waiting, waitingCount },
});

let server: ScriptedServer;
let client: ConnectedClient;
let queue: Subscription<QueueView>;

const openWith = async (answer: SubscribeAnswer) => {
  server.script.subscribe = () => answer;
  client = connect({ url: server.url, session, retryMs: 10 });
  queue = client.queue();
  await until(() => expect(queue.state.view).toBe('live'));
};
const tell = (after: number, ...events: readonly QueueChange[]) =>
  server.send({
    ...{ scope: 'queue', id: null, events, live: true },
    ...{ after: positionOf(after), through: events.at(-1)?.position ?? positionOf(after) },
  });
const place = (number: number) => calculateQueuePosition(queue.state.queue, positionOf(number));
const left = (number: number, at: number): QueueChange => ({
  ...{ type: 'left', position: positionOf(at), schema: 1, at: '' },
  data: { ...job(number), why: 'started' },
});
const queued = (number: number, own: JobId | null = null): QueueChange => ({
  ...{ type: 'queued', position: positionOf(number), schema: 1, at: '' },
  data: job(number, own),
});

beforeEach(async () => {
  server = await openScriptedServer();
});
afterEach(async () => {
  client.close();
  await server.close();
});

it('the place that is shown moves when someone before starts', async () => {
  await openWith(snapshot([job(1), job(2), job(3, mine)], 3, 3));
  expect(place(3)).toBe(3);
  tell(3, left(1, 4));
  await until(() => expect(place(3)).toBe(2));
  expect(queue.state.queue).toMatchObject({ running: 2, waitingCount: 2 });
});

it('several changes of one batch are one change here', async () => {
  await openWith(snapshot([job(1), job(2), job(3, mine)], 3, 3));
  const listener = vi.fn();
  queue.on('change', listener);
  tell(3, left(1, 4), left(2, 5), queued(6));
  await until(() => expect(place(3)).toBe(1));
  expect(place(6)).toBe(2);
  expect(listener).toHaveBeenCalledTimes(1);
});

it('a place that a cut list can not tell is read anew', async () => {
  await openWith(snapshot([job(3, mine, 900)], 1_500, 2_000));
  tell(2_000, left(1, 2_001));
  await until(() => expect(place(3)).toBe(899));
  server.script.subscribe = () => snapshot([job(3, mine, 899), job(2_002, mine, 1_500)], 1_500, 2_002);
  tell(2_001, queued(2_002, mine));
  await until(() => expect(place(2_002)).toBe(1_500));
  expect(server.subscribes).toHaveLength(2);
});
