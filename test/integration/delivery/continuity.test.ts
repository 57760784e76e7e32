import { afterEach, describe, expect, it } from 'vitest';
import { limits } from '../../../src/api/delivery/limits.ts';
import type { DeliveryClient, ReceivedBatch } from '../../support/deliveryClient.ts';
import { type AnyNode, ada, ben, nodes } from '../../support/deliveryNode.ts';

let node: AnyNode;
afterEach(() => node.close());

/** Goes through batches as the protocol asks of a client; throws at a gap. */
const applyAll = (batches: readonly ReceivedBatch[], from: string): string[] => {
  let cursor = from;
  return batches.flatMap(({ events, after, through }) => {
    if (through <= cursor) return [];
    if (after > cursor) throw new Error(`a gap: ${after} follows ${cursor}`);
    const news = events.map(({ position }) => position).filter((position) => position > cursor);
    cursor = through;
    return news;
  });
};

/** What was heard after the n-th answer to `subscribe`, up to the next. */
const afterAnswer = (client: DeliveryClient, n: number): ReceivedBatch[] => {
  let answers = 0;
  return client.heard.flatMap((each) => {
    if (each.kind === 'answer' && each.to === 'subscribe') answers += 1;
    return each.kind === 'batch' && answers === n ? each.batch : [];
  });
};

describe.each(nodes)('continuity on $on', ({ open }) => {
  it('loses and doubles nothing when somebody subscribes again and again while events come', async () => {
    node = await open();
    const id = await node.story.start(ada);
    const { logId } = node.log;
    const client = node.server.connect('ada');
    const posted: string[] = [];
    const first = await client.subscribe({ scope: 'conversation', id });
    let cursor = first.position;
    let writing = true;
    const writer = (async () => {
      while (writing) {
        posted.push(await node.story.post(id, ada, 'on and on'));
        await new Promise(setImmediate);
      }
    })();
    const got: string[] = [];
    for (let round = 1; round <= 40; round += 1) {
      await client.until(() => afterAnswer(client, round).some(({ events }) => events.length > 0));
      const answer = await client.subscribe({ scope: 'conversation', id, after: cursor, logId });
      // What was heard before this answer was sent by the subscription before it.
      const heard = afterAnswer(client, round);
      expect(answer).toMatchObject({ mode: 'replay', from: cursor });
      if (round % 2 === 0) {
        got.push(...applyAll(heard, cursor));
        cursor = heard.at(-1)?.through ?? cursor;
        await client.subscribe({ scope: 'conversation', id, after: cursor, logId });
        round += 1;
      }
    }
    writing = false;
    await writer;
    const last = posted.at(-1) ?? '';
    await client.untilThrough(last);
    const answers = client.heard.filter((each) => each.kind === 'answer').length;
    got.push(...applyAll(afterAnswer(client, answers), cursor));
    expect(got).toEqual(posted);
  });

  it('lets each of many clients that join during a burst see every event once', async () => {
    node = await open();
    const id = await node.story.start(ada);
    const posted: string[] = [];
    const clients: { client: DeliveryClient; from: string }[] = [];
    for (let round = 0; round < 15; round += 1) {
      const client = node.server.connect('ada');
      const joining = client.subscribe({ scope: 'conversation', id });
      let joined = false;
      void joining.then((answer) => {
        joined = true;
        clients.push({ client, from: answer.position });
      });
      while (!joined) {
        posted.push(await node.story.post(id, ada, `${round}`));
        await new Promise(setImmediate);
      }
      for (let n = 0; n < 30; n += 1) posted.push(await node.story.post(id, ada, `${round}`));
    }
    const last = posted.at(-1) ?? '';
    for (const { client, from } of clients) {
      await client.untilThrough(last);
      expect(applyAll(client.batches(), from)).toEqual(posted.filter((position) => position > from));
    }
  });

  it('goes on from the cursor after the server was restarted, a third time too', async () => {
    node = await open();
    const id = await node.story.start(ada);
    const posted: string[] = [];
    const got: string[] = [];
    let cursor: string | undefined;
    for (let life = 0; life < 4; life += 1) {
      const server = await node.serve();
      const client = server.connect('ada');
      const resume = cursor === undefined ? {} : { after: cursor, logId: node.log.logId };
      const answer = await client.subscribe({ scope: 'conversation', id, ...resume });
      const from = cursor ?? answer.position;
      posted.push(await node.story.post(id, ada, 'while connected'));
      await client.untilThrough(posted.at(-1) ?? '');
      await server.close();
      got.push(...applyAll(client.batches(), from));
      cursor = client.batches().at(-1)?.through;
      posted.push(await node.story.post(id, ada, 'while away'), await node.story.post(id, ada, 'while away'));
    }
    expect(got).toEqual(posted.slice(0, -2));
  });

  it('says goodbye when it stops: why, from where to go on, and when to come back', async () => {
    node = await open();
    const id = await node.story.start(ada);
    const client = node.server.connect('ada');
    await client.subscribe({ scope: 'conversation', id });
    const last = await node.story.post(id, ada, 'last words');
    await client.untilThrough(last);
    await client.subscribe({ scope: 'queue' });
    await client.untilLive('queue');
    await node.server.delivery.close();
    await client.untilOther('disconnect');
    const retryAfterMs = client.other('server_shutdown')?.retryAfterMs;
    expect(retryAfterMs).toBeTypeOf('number');
    expect(client.other('unsubscribed')).toEqual({
      scope: 'conversation',
      id,
      code: 'server_shutdown',
      resume: last,
    });
    expect(client.other('disconnect')).toEqual({ data: 'transport close' });
  });

  it('tells each client another time to come back when it stops, so that they do not come at once', async () => {
    node = await open();
    const clients = Array.from({ length: 12 }, () => node.server.connect('ada'));
    for (const client of clients) await client.subscribe({ scope: 'queue' });
    await node.server.delivery.close();
    for (const client of clients) await client.untilOther('disconnect');
    const told = clients.map((client) => Number(client.other('server_shutdown')?.retryAfterMs));
    for (const each of told) expect(each).toBeLessThanOrEqual(limits.leastSpreadMs);
    // Of 12 at random out of thousands even two at the same millisecond are rare.
    expect(new Set(told).size).toBeGreaterThan(6);
  });

  it('shows two tabs of a person, and another person, the same', async () => {
    node = await open();
    const id = await node.story.start(ada, ben);
    const clients = ['ada', 'ada', 'ben'].map((name) => node.server.connect(name));
    for (const client of clients) await client.subscribe({ scope: 'conversation', id });
    const posted = [await node.story.post(id, ada, '1'), await node.story.post(id, ben, '2')];
    for (const client of clients) {
      await client.untilThrough(posted[1] ?? '');
      expect(client.positions()).toEqual(posted);
    }
  });

  it('sends an empty batch when nothing happens, up to where the log is', async () => {
    node = await open({ TICK_MS: 100 });
    const id = await node.story.start(ada);
    const client = node.server.connect('ada');
    await client.subscribe({ scope: 'conversation', id });
    await client.untilLive();
    const elsewhere = await node.story.start(ben).then((other) => node.story.post(other, ben, 'elsewhere'));
    await client.untilThrough(elsewhere);
    expect(client.batches().at(-1)).toMatchObject({ events: [], live: true });
    expect(client.batches().at(-1)?.after).toBe(client.batches()[0]?.after);
  });
});
