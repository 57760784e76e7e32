import { afterEach, describe, expect, it, vi } from 'vitest';
import { positionOf } from '../../../src/events/ids.ts';
import { ada, ben, type Node, openNode } from '../../support/deliveryNode.ts';
import { openUnreliableLog } from '../../support/deliveryUnreliableLog.ts';

let node: Node;
afterEach(() => node.close());

describe('an interruption', () => {
  it('survives a log that breaks off: nothing is lost when it is back', async () => {
    node = await openNode();
    const id = await node.story.start(ada);
    const client = node.server.connect('ada');
    await client.subscribe({ scope: 'conversation', id });
    await client.untilLive();
    node.stores.log.breakOff();
    await vi.waitFor(() => expect(node.server.delivery.health().state).toBe('interrupted'));
    node.stores.log.mend();
    const posted = [await node.story.post(id, ada, '1'), await node.story.post(id, ada, '2')];
    await client.untilThrough(posted[1] ?? '');
    expect(client.positions()).toEqual(posted);
    expect(node.server.delivery.health()).toMatchObject({ state: 'running', reason: null });
  });

  it('says that it is live once the log is back, to who came while it was away and missed nothing', async () => {
    node = await openNode();
    const id = await node.story.start(ada);
    let goOn = (): void => {};
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const server = await node.serve({}, openUnreliableLog(node.log, { lose: () => false, held }));
    const client = server.connect('ada');
    await client.untilOther('welcome');
    const elsewhere = await node.story.start(ben).then((other) => node.story.post(other, ben, 'elsewhere'));
    await client.subscribe({ scope: 'conversation', id, after: positionOf(2), logId: node.log.logId });
    expect(client.batches()).toEqual([]);
    goOn();
    await client.untilLive();
    expect(client.batches()).toMatchObject([{ events: [], after: positionOf(2), through: elsewhere }]);
  });

  it.each([
    { how: 'loses every fifth event', lose: 5, double: 0 },
    { how: 'repeats every third event', lose: 0, double: 3 },
    { how: 'does both', lose: 4, double: 3 },
  ])('is not passed on by a node whose subscription to the log $how', async ({ lose, double }) => {
    node = await openNode();
    const id = await node.story.start(ada);
    const every = (n: number) => {
      let count = 0;
      return () => {
        count += 1;
        return n > 0 && count % n === 0;
      };
    };
    const faults = { lose: every(lose), double: every(double) };
    const server = await node.serve({}, openUnreliableLog(node.log, faults));
    const client = server.connect('ada');
    await client.subscribe({ scope: 'conversation', id });
    await client.untilLive();
    const posted: string[] = [];
    for (let n = 0; n < 300; n += 1) posted.push(await node.story.post(id, ada, `${n}`));
    // Whatever was lost at the very end is noticed by what comes after it.
    const reached = () => client.batches().at(-1)?.through === posted.at(-1);
    while (!reached()) {
      posted.push(await node.story.post(id, ada, 'more'));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(client.positions()).toEqual(posted);
    expect(server.delivery.health().gaps > 0).toBe(lose > 0);
  });

  it('in a log with holes is noticed by a revision, and who was told too much is reset', async () => {
    node = await openNode();
    const id = await node.story.start(ada);
    let losing = false;
    const lose = () => losing;
    const server = await node.serve({}, openUnreliableLog(node.log, { lose, withHoles: true }));
    const client = server.connect('ada');
    await client.subscribe({ scope: 'conversation', id });
    await client.untilLive();
    const first = await node.story.rename(id, 'seen');
    await client.untilThrough(first);
    losing = true;
    const missed = await node.story.rename(id, 'left out');
    // Only what is appended after the feed has passed by is seen again.
    await vi.waitFor(() => expect(server.delivery.health().position).toBe(first));
    await new Promise((resolve) => setTimeout(resolve, 50));
    losing = false;
    const other = await node.story.post(id, ada, 'of another stream');
    await client.untilThrough(other);
    expect(client.positions()).toEqual([first, other]);
    const next = await node.story.rename(id, 'the revision tells');
    await client.untilOther('disconnect');
    const again = server.connect('ada');
    const { logId } = node.log;
    const believed = { scope: 'conversation', id, after: other, logId };
    expect(await again.subscribe(believed)).toMatchObject({ mode: 'reset', reason: 'too_old' });
    expect(await again.subscribe({ ...believed, after: first })).toMatchObject({ mode: 'replay' });
    await again.untilThrough(next);
    expect(new Set(again.positions())).toEqual(new Set([missed, other, next]));
    expect(await again.subscribe({ ...believed, after: next })).toMatchObject({ mode: 'replay' });
  });
});
