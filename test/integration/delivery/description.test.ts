import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { afterEach, describe, expect, it } from 'vitest';
import { asyncApi } from '../../../src/api/description/asyncApi.ts';
import { startOfLog } from '../../../src/events/ids.ts';
import type { DeliveryClient } from '../../support/deliveryClient.ts';
import { type AnyNode, ada, ben, nodes } from '../../support/deliveryNode.ts';

let node: AnyNode;
afterEach(() => node.close());

const ajv = new Ajv2020({ strict: false });
formats.default(ajv);
ajv.addSchema(asyncApi(), 'document');

/** What is wrong with it, as the document says how it is to be. */
const problemsOf = (shape: string, value: unknown): unknown => {
  const validate = ajv.getSchema(`document#/components/schemas/${shape}`);
  if (validate === undefined) throw new Error(`the document has no ${shape}`);
  return validate(value) ? [] : validate.errors;
};

const shapes: Readonly<Record<string, string>> = {
  subscribe: 'SubscribeAnswer',
  unsubscribe: 'UnsubscribeAnswer',
  refresh: 'RefreshAnswer',
  places_shown: 'PlacesShownAnswer',
  welcome: 'Welcome',
  unsubscribed: 'Unsubscribed',
  server_shutdown: 'ServerShutdown',
  connect_error: 'ConnectionRefused',
};

/** Of everything that it heard; how many things those were. */
const checkHeard = ({ heard }: DeliveryClient): ReadonlySet<string> => {
  const kinds = new Set<string>();
  for (const each of heard) {
    if (each.kind === 'batch') {
      expect(problemsOf('Events', each.batch)).toEqual([]);
      for (const { type } of each.batch.events) kinds.add(type);
      continue;
    }
    const name = each.kind === 'answer' ? each.to : each.event;
    const shape = shapes[name];
    if (shape === undefined) continue;
    expect(problemsOf(shape, each.kind === 'answer' ? each.answer : each.data)).toEqual([]);
    kinds.add(name);
  }
  return kinds;
};

describe.each(nodes)('what comes over the socket on $on', ({ open }) => {
  it('is what the document says: answers, snapshots, events of each scope, and goodbyes', async () => {
    node = await open();
    const { story, server } = node;
    const id = await story.start(ada, ben);
    const client = server.connect('ada');
    const { logId } = await client.untilOther('welcome').then((welcome) => ({ logId: welcome.logId }));
    await node.stores.readModel.whenProcessed(await node.stores.log.head(), 10_000);
    for (const scope of [{ scope: 'conversation', id }, { scope: 'user' }, { scope: 'queue' }])
      expect(await client.subscribe(scope)).toMatchObject({ ok: true, mode: 'snapshot' });

    await story.post(id, ada, 'a harbour', { mood: 'calm' });
    const job = await story.queued(id, ada);
    await story.started(job);
    await story.requeued(job);
    await story.prioritized(job, 0, 3);
    await story.started(job);
    await story.completed(job);
    await story.cancelled(await story.queued(id, ben));
    await story.pause();
    await story.leave(id, ada);
    const last = await story.rename(id, 'Pier');
    await client.untilThrough(last, 'queue');
    await client.untilThrough(last, 'user');
    await client.untilOther('unsubscribed');

    await client.subscribe({ scope: 'queue', after: startOfLog, logId });
    await client.subscribe({
      scope: 'queue',
      after: startOfLog,
      logId: '00000000-0000-7000-8000-000000000000',
    });
    await client.subscribe({ scope: 'conversation', id });
    await client.subscribe({ scope: 'nothing' });
    await client.ask('unsubscribe', { scope: 'queue' });
    await client.ask('refresh', { token: 'ada' });
    await client.ask('refresh', { token: 'ben' });
    await client.ask('places_shown', { logId, position: startOfLog, places: [{ ticket: last, place: 1 }] });
    await client.ask('places_shown', {});
    const refused = server.connect('');
    await refused.untilOther('connect_error');
    await server.delivery.close();
    await client.untilOther('server_shutdown');

    expect(checkHeard(refused)).toEqual(new Set(['connect_error']));
    const kinds = checkHeard(client);
    for (const kind of ['welcome', 'subscribe', 'unsubscribe', 'refresh', 'places_shown', 'unsubscribed'])
      expect(kinds).toContain(kind);
    for (const type of ['MessagePosted', 'JobQueued', 'JobCompleted', 'ParticipantLeft', 'queued', 'left'])
      expect(kinds).toContain(type);
  });
});
