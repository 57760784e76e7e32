import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { positionOf, startOfLog } from '../../../src/events/ids.ts';
import type { EventLog } from '../../../src/events/log/eventLog.ts';
import type { ConversationSnapshot } from '../../../src/projections/readModel.ts';
import { ada, ben, eve, type Node, openNode } from '../../support/deliveryNode.ts';
import { openDeliveryServer } from '../../support/deliveryServer.ts';
import { until } from '../../support/until.ts';

let node: Node;
afterEach(() => node.close());

describe('subscribing', () => {
  it('welcomes a client with the log, its position and the protocol', async () => {
    node = await openNode();
    await node.story.start(ada);
    const client = node.server.connect('ada');
    expect(await client.untilOther('welcome')).toMatchObject({ logId: node.log.logId, protocol: 1 });
  });

  it('answers with a snapshot, says that it is live, then sends what happens', async () => {
    node = await openNode();
    const id = await node.story.start(ada, ben);
    await node.story.post(id, ada, 'before');
    const client = node.server.connect('ben');
    const answer = await client.subscribe({ scope: 'conversation', id });
    expect(answer).toMatchObject({
      ok: true,
      mode: 'snapshot',
      logId: node.log.logId,
      position: positionOf(4),
    });
    const { messages } = answer.snapshot as ConversationSnapshot;
    expect(messages.map(({ text }) => text)).toEqual(['before']);
    await client.untilLive();
    expect(client.batches()).toEqual([
      { scope: 'conversation', id, events: [], after: positionOf(4), through: positionOf(4), live: true },
    ]);
    const position = await node.story.post(id, ada, 'after');
    await client.untilThrough(position);
    expect(client.events()).toMatchObject([{ type: 'MessagePosted', position, data: { text: 'after' } }]);
    expect(client.batches().at(-1)).toMatchObject({ after: positionOf(4), through: position, live: true });
  });

  it('shows a conversation that was begun a moment ago, though the read model lags', async () => {
    node = await openNode();
    node.stores.hold();
    const id = await node.story.start(ada);
    const client = node.server.connect('ada');
    expect(await client.subscribe({ scope: 'conversation', id })).toMatchObject({ code: 'unavailable' });
    node.stores.release();
    expect(await client.subscribe({ scope: 'conversation', id })).toMatchObject({ mode: 'snapshot' });
  });

  it('replays exactly what was missed, and then is live', async () => {
    node = await openNode();
    const id = await node.story.start(ada);
    const other = await node.story.start(ada);
    const missed: string[] = [];
    for (let n = 0; n < 450; n += 1) {
      missed.push(await node.story.post(id, ada, `${n}`));
      await node.story.post(other, ada, 'elsewhere');
    }
    const from = missed[99] ?? '';
    const client = node.server.connect('ada');
    const answer = await client.subscribe({ scope: 'conversation', id, after: from, logId: node.log.logId });
    expect(answer).toEqual({ ok: true, mode: 'replay', from, until: positionOf(904), logId: node.log.logId });
    await client.untilLive();
    expect(client.positions()).toEqual(missed.slice(100));
  });

  it('replays from the log what the documents do not hold yet', async () => {
    node = await openNode();
    const id = await node.story.start(ada);
    const first = await node.story.post(id, ada, 'seen');
    const logId = node.log.logId;
    const server = await node.serve();
    const warm = server.connect('ada');
    await warm.subscribe({ scope: 'conversation', id, after: first, logId });
    node.stores.hold();
    const missed = [await node.story.post(id, ada, '1'), await node.story.post(id, ada, '2')];
    // A node that has just started remembers nothing, so it must read.
    const fresh = (await node.serve()).connect('ada');
    await fresh.subscribe({ scope: 'conversation', id, after: first, logId });
    await fresh.untilLive();
    expect(fresh.positions()).toEqual(missed);
    expect(fresh.batches()[0]?.after).toBe(first);
    const between = (await node.serve()).connect('ada');
    await between.subscribe({ scope: 'conversation', id, after: missed[0], logId });
    await between.untilLive();
    expect(between.positions()).toEqual(missed.slice(1));
    expect(between.batches()[0]?.after).toBe(missed[0]);
  });

  it('resumes after a short absence from what the node remembers, without asking the documents', async () => {
    node = await openNode();
    const id = await node.story.start(ada);
    const { readModel } = node.stores;
    let isAway = false;
    const whileThere = <Words extends readonly unknown[], Result>(
      ask: (...words: Words) => Promise<Result>,
    ) => {
      return async (...words: Words): Promise<Result> => {
        if (isAway) throw new Error('the documents are away');
        return ask(...words);
      };
    };
    const server = await openDeliveryServer({
      log: node.log,
      readModel: {
        whenProcessed: whileThere(readModel.whenProcessed),
        position: whileThere(readModel.position),
        snapshot: whileThere(readModel.snapshot),
        timeline: whileThere(readModel.timeline),
        timelineTexts: whileThere(readModel.timelineTexts),
        lastInScope: whileThere(readModel.lastInScope),
      },
    });
    const first = server.connect('ada');
    const { position } = await first.subscribe({ scope: 'conversation', id });
    await first.untilLive();
    first.close();
    isAway = true;
    const missed = await node.story.renameOften(id, 500);
    const again = server.connect('ada');
    const cursor = { after: position, logId: node.log.logId };
    expect(await again.subscribe({ scope: 'conversation', id, ...cursor })).toMatchObject({ mode: 'replay' });
    await again.untilLive();
    expect(again.positions()).toEqual(missed);
    expect(again.batches()[0]?.after).toBe(position);
    await server.close();
  });

  it('reads for so many at once and no more, and for each in the end', async () => {
    node = await openNode();
    const ids = await Promise.all(Array.from({ length: 40 }, () => node.story.start(ada)));
    for (const id of ids) await node.story.post(id, ada, 'hello');
    const { readModel } = node.stores;
    let goOn = (): void => {};
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let reading = 0;
    const timelineTexts: typeof readModel.timelineTexts = async (...asked) => {
      reading += 1;
      await held;
      return readModel.timelineTexts(...asked);
    };
    const server = await openDeliveryServer({ log: node.log, readModel: { ...readModel, timelineTexts } });
    const client = server.connect('ada');
    const { logId } = node.log;
    const answers = ids.map((id) =>
      client.subscribe({ scope: 'conversation', id, after: startOfLog, logId }),
    );
    await until(() => expect(server.delivery.health()).toMatchObject({ reading: 16, waiting: 24 }));
    expect(reading).toBe(16);
    goOn();
    for (const answer of answers) expect(await answer).toMatchObject({ mode: 'replay' });
    for (const id of ids)
      await client.until(() => client.batches().some((batch) => batch.id === id && batch.live));
    await server.close();
  });

  it('costs the log nothing: a node follows it once, for all its clients', async () => {
    node = await openNode();
    const id = await node.story.start(ada);
    let followed = 0;
    const log: EventLog = {
      ...node.log,
      subscribe(options) {
        followed += 1;
        return node.log.subscribe(options);
      },
    };
    const server = await node.serve({}, log);
    const clients = Array.from({ length: 5 }, () => server.connect('ada'));
    for (const client of clients)
      for (const asked of [{ scope: 'conversation', id }, { scope: 'user' }, { scope: 'queue' }])
        await client.subscribe(asked);
    const posted = await node.story.post(id, ada, 'for all of them');
    for (const client of clients) {
      await client.untilThrough(posted, 'conversation');
      expect(client.positions('conversation')).toEqual([posted]);
    }
    expect(followed).toBe(1);
  });

  it('takes a cursor that no event of the scope has', async () => {
    node = await openNode();
    const id = await node.story.start(ada);
    await node.story.start(ben);
    const missed = await node.story.post(id, ada, 'missed');
    const client = node.server.connect('ada');
    await client.subscribe({ scope: 'conversation', id, after: positionOf(4), logId: node.log.logId });
    await client.untilLive();
    expect(client.batches()[0]).toMatchObject({ after: positionOf(2) });
    expect(client.positions()).toEqual([missed]);
  });

  it('replays everything after twenty zeros', async () => {
    node = await openNode();
    const id = await node.story.start(ada);
    const client = node.server.connect('ada');
    await client.subscribe({ scope: 'conversation', id, after: startOfLog, logId: node.log.logId });
    await client.untilLive();
    expect(client.events().map(({ type }) => type)).toEqual(['ConversationStarted', 'ParticipantJoined']);
    expect(client.batches()[0]?.after).toBe(startOfLog);
  });

  it('resets a cursor of another log, one ahead of the log, and one that is too old', async () => {
    node = await openNode({ REPLAY_LIMIT: 2 });
    const id = await node.story.start(ada, ben);
    const { logId } = node.log;
    const client = node.server.connect('ada');
    const scope = { scope: 'conversation', id } as const;
    const ask = (after: string, of: string) => client.subscribe({ ...scope, after, logId: of });
    const position = positionOf(3);
    expect(await ask(position, randomUUID())).toMatchObject({ mode: 'reset', reason: 'other_log', position });
    expect(await ask(startOfLog, logId)).toMatchObject({ mode: 'reset', reason: 'too_old', position });
    expect(await ask(positionOf(99), logId)).toMatchObject({ mode: 'reset', reason: 'future', position });
    const next = await node.story.post(id, ada, 'after the resets');
    await client.untilThrough(next);
    expect(client.positions()).toEqual([next]);
  });

  it('waits for a cursor that this node has not seen yet', async () => {
    node = await openNode();
    const id = await node.story.start(ada);
    const client = node.server.connect('ada');
    await client.untilOther('welcome');
    const asked = client.subscribe({
      scope: 'conversation',
      id,
      after: positionOf(3),
      logId: node.log.logId,
    });
    await node.story.post(id, ada, 'now it is there');
    expect(await asked).toMatchObject({ mode: 'replay', from: positionOf(3) });
  });

  it.each([
    { scope: 'conversation' },
    { scope: 'conversation', id: 'not a uuid' },
    { scope: 'everything' },
    { scope: 'queue', after: positionOf(1) },
    { scope: 'queue', after: '1', logId: randomUUID() },
    { scope: 'queue', after: positionOf(1), logId: 'x' },
    { scope: 'queue', more: true },
    null,
    [],
    'queue',
  ])('calls %j invalid', async (payload) => {
    node = await openNode();
    const client = node.server.connect('ada');
    const answer = await client.subscribe(payload);
    expect(answer).toMatchObject({ ok: false, code: 'invalid' });
    expect(answer.detail).toMatch(/\w/);
  });

  it('does not tell a foreign conversation from one that is not there', async () => {
    node = await openNode();
    const id = await node.story.start(ada);
    const client = node.server.connect('eve');
    const foreign = await client.subscribe({ scope: 'conversation', id });
    const nowhere = await client.subscribe({ scope: 'conversation', id: randomUUID() });
    expect(foreign).toMatchObject({ ok: false, code: 'not_found' });
    expect(nowhere).toEqual(foreign);
    const cursor = { after: startOfLog, logId: node.log.logId };
    expect(await client.subscribe({ scope: 'conversation', id, ...cursor })).toEqual(foreign);
    await node.story.post(id, ada, 'secret');
    const joined = await node.story.join(id, eve);
    await client.subscribe({ scope: 'user' });
    await client.untilThrough(joined);
    expect(JSON.stringify(client.heard)).not.toContain('secret');
  });

  it('has a limit of subscriptions, but replacing one is always allowed', async () => {
    node = await openNode({ MAX_SUBSCRIPTIONS: 2 });
    const client = node.server.connect('ada');
    const answers = await Promise.all([
      client.subscribe({ scope: 'queue' }),
      client.subscribe({ scope: 'user' }),
      client.subscribe({ scope: 'conversation', id: await node.story.start(ada) }),
    ]);
    expect(answers.map(({ ok, code }) => code ?? ok)).toEqual([true, true, 'too_many_subscriptions']);
    expect(await client.subscribe({ scope: 'queue' })).toMatchObject({ ok: true });
    expect(await client.ask('unsubscribe', { scope: 'queue' })).toEqual({ ok: true });
    expect(await client.subscribe({ scope: 'conversation', id: await node.story.start(ada) })).toMatchObject({
      ok: true,
    });
  });

  it('sends nothing after unsubscribing, which is fine where there was nothing, too', async () => {
    node = await openNode();
    const id = await node.story.start(ada);
    const client = node.server.connect('ada');
    expect(await client.ask('unsubscribe', { scope: 'queue' })).toEqual({ ok: true });
    void client.subscribe({ scope: 'conversation', id });
    await client.ask('unsubscribe', { scope: 'conversation', id });
    await client.subscribe({ scope: 'user' });
    await client.untilLive('user');
    const before = client.batches('conversation').length;
    await node.story.post(id, ada, 'unheard');
    await client.untilThrough(await node.story.join(await node.story.start(ben), ada), 'user');
    expect(client.batches('conversation')).toHaveLength(before);
  });
});
