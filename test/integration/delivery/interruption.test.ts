import { afterEach, describe, expect, it } from 'vitest';
import { positionOf } from '../../../src/events/ids.ts';
import type { EventLog } from '../../../src/events/log/eventLog.ts';
import { ada, ben, type Node, openNode } from '../../support/deliveryNode.ts';
import { openUnreliableLog } from '../../support/deliveryUnreliableLog.ts';
import { until } from '../../support/until.ts';

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
    await until(() => expect(node.server.delivery.health().state).toBe('interrupted'));
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

  const never = (_: number): boolean => false;
  /** A log whose subscriptions leave out and repeat what the test says, until it is mended. */
  const openFaults = ({ withHoles = true, lose = never, double = never }) => {
    const passed: string[] = [];
    let isMended = false;
    return {
      passed,
      mend: (): void => {
        isMended = true;
      },
      log: openUnreliableLog(node.log, {
        withHoles,
        lose: ({ position }) => lose(passed.push(position)) && !isMended,
        double: () => double(passed.length) && !isMended,
      }),
    };
  };

  it.each([
    { how: 'loses every fifth event', lose: 5, double: 0, withHoles: false },
    { how: 'repeats every third event', lose: 0, double: 3, withHoles: false },
    { how: 'does both', lose: 4, double: 3, withHoles: false },
    { how: 'does both, where positions have holes', lose: 4, double: 3, withHoles: true },
  ])('is not passed on by a node whose subscription to the log $how', async ({ lose, double, withHoles }) => {
    node = await openNode();
    const id = await node.story.start(ada);
    const every = (step: number) => (n: number) => step > 0 && n % step === 0;
    const faults = openFaults({ withHoles, lose: every(lose), double: every(double) });
    const server = await node.serve({}, faults.log);
    const client = server.connect('ada');
    await client.subscribe({ scope: 'conversation', id });
    await client.untilLive();
    const posted: string[] = [];
    for (let n = 0; n < 300; n += 1) posted.push(await node.story.post(id, ada, `${n}`));
    await until(() => expect(faults.passed.at(-1)).toBe(posted.at(-1)));
    faults.mend();
    // Whatever was lost at the very end is noticed by what comes after it.
    posted.push(await node.story.post(id, ada, 'the last'));
    await client.untilThrough(posted.at(-1) ?? '');
    expect(client.positions()).toEqual(posted);
    expect(server.delivery.health().gaps > 0).toBe(lose > 0);
  });

  it('where positions have holes loses nothing to who moves to another node before a revision could tell', async () => {
    node = await openNode();
    const id = await node.story.start(ada);
    const faults = openFaults({ lose: () => true });
    const server = await node.serve({}, faults.log);
    const client = server.connect('ada');
    await client.subscribe({ scope: 'conversation', id });
    await client.untilLive();
    const missed = await node.story.rename(id, 'left out');
    await until(() => expect(faults.passed).toEqual([missed]));
    faults.mend();
    // The stream of what was left out doesn't go on.
    const other = await node.story.post(id, ada, 'of another stream');
    await client.untilThrough(other);
    client.close();
    const moved = node.server.connect('ada');
    await moved.subscribe({ scope: 'conversation', id, after: other, logId: node.log.logId });
    const next = await node.story.rename(id, 'on the other node');
    await moved.untilThrough(next);
    expect([...client.positions(), ...moved.positions()]).toEqual([missed, other, next]);
    expect(server.delivery.health().gaps).toBe(1);
  });

  it('by a log that shows less than it has told of is waited out', async () => {
    node = await openNode();
    const id = await node.story.start(ada);
    let isBehind = true;
    const { log } = openFaults({});
    const readAll: EventLog['readAll'] = async function* (options) {
      if (!isBehind) yield* log.readAll(options);
    };
    const server = await node.serve({}, { ...log, readAll });
    const client = server.connect('ada');
    await client.subscribe({ scope: 'conversation', id });
    await client.untilLive();
    const posted = await node.story.rename(id, 'told of');
    await until(() => expect(server.delivery.health().state).toBe('interrupted'));
    expect(client.positions()).toEqual([]);
    isBehind = false;
    await client.untilThrough(posted);
    expect(client.positions()).toEqual([posted]);
  });
});
