import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConversationId, Position } from '../../src/events/ids.ts';
import { type DeliveryFollower, followScope, waitFor } from '../support/deliveryFollower.ts';
import { ada } from '../support/deliveryNode.ts';
import { type Nodes, openNodes } from '../support/deliveryNodes.ts';
import { openRoughLine, type RoughLine } from '../support/roughLine.ts';

let nodes: Nodes;
let line: RoughLine;
let port = 0;
let id: ConversationId;
let posted: Position[];
let follower: DeliveryFollower;
const followers: DeliveryFollower[] = [];

beforeEach(async () => {
  nodes = await openNodes();
  line = await openRoughLine(() => port);
  id = await nodes.story.start(ada);
  posted = [];
});
afterEach(async () => {
  for (const each of followers.splice(0)) each.close();
  await line.close();
  await nodes.close();
});

const follow = (): DeliveryFollower => {
  const followed = followScope({ url: line.url, token: 'ada', address: { scope: 'conversation', id } });
  followers.push(followed);
  return followed;
};
const append = async (times: number): Promise<void> => {
  for (let left = times; left > 0; left -= 500)
    posted.push(...(await nodes.story.renameOften(id, Math.min(left, 500))));
};
const expectSeen = (by: DeliveryFollower): void => {
  expect(by.snapshots).toHaveLength(1);
  const from = by.snapshots[0]?.position ?? '';
  expect(by.positions()).toEqual(posted.filter((position) => position > from));
};

describe('a client sees every event once and in order', () => {
  it('when its node is killed in the middle of a replay, again and again', async () => {
    let node = await nodes.start();
    port = node.port;
    follower = follow();
    await follower.untilLive();
    await node.kill();
    await append(12_000);
    // Slow, so that a replay has a middle to be killed in.
    line.rough.bytesPerSecond = 2_000_000;
    for (let life = 1; life <= 3; life += 1) {
      node = await nodes.start();
      port = node.port;
      follower.hurry();
      const before = follower.events.length;
      await waitFor(() => follower.events.length > before + 600);
      await node.kill();
      expect(follower.events.length).toBeLessThan(posted.length);
    }
    port = (await nodes.start()).port;
    line.rough.bytesPerSecond = Number.POSITIVE_INFINITY;
    follower.hurry();
    await follower.untilThrough(posted.at(-1));
    expectSeen(follower);
  });

  it('when it bounces between two nodes over one log, while others write', async () => {
    const both = await Promise.all([nodes.start(), nodes.start()]);
    port = both[0].port;
    follower = follow();
    await follower.untilLive();
    for (let bounce = 1; bounce <= 20; bounce += 1) {
      port = both[bounce % 2]?.port ?? 0;
      await append(60);
      line.cut();
      await append(60);
      if (bounce % 2 === 0) await follower.untilThrough(posted.at(-70));
    }
    await follower.untilThrough(posted.at(-1));
    expectSeen(follower);
  });

  it('when it was away for 100,000 events', async () => {
    port = (await nodes.start()).port;
    follower = follow();
    await follower.untilLive();
    // To nowhere, until all of it is there.
    const { port: there } = { port };
    port = 1;
    line.cut();
    await append(100_000);
    port = there;
    follower.hurry();
    await follower.untilThrough(posted.at(-1));
    expectSeen(follower);
  });
});

describe('a client that stops reading', () => {
  it('costs bounded memory, delays nobody, and misses nothing when it reads again', async () => {
    const node = await nodes.start({ SLOW_CONSUMER_MS: 120_000 });
    port = node.port;
    const frozen = await openRoughLine(() => node.port);
    const stuck = followScope({ url: frozen.url, token: 'ada', address: { scope: 'conversation', id } });
    followers.push(stuck);
    follower = follow();
    await Promise.all([stuck.untilLive(), follower.untilLive()]);
    /** By how much the node grows while 60 MB pass by. */
    const growth = async (): Promise<number> => {
      const before = await node.memory();
      for (let wave = 0; wave < 50; wave += 1) {
        const large = { large: 'y'.repeat(60_000) };
        const posts = Array.from({ length: 20 }, () => nodes.story.post(id, ada, 'x', large));
        posted.push(...(await Promise.all(posts)).toSorted());
      }
      await follower.untilThrough(posted.at(-1));
      return (await node.memory()) - before;
    };
    // What a node remembers for all (its tail, the newest documents) grows as well, but not because of one.
    const anyhow = await growth();
    await stuck.untilThrough(posted.at(-1));
    frozen.rough.isFrozen = true;
    const grown = await growth();
    expect(stuck.events.length).toBeLessThan(posted.length);
    expect(grown - anyhow).toBeLessThan(20_000_000);
    frozen.thaw();
    await stuck.untilThrough(posted.at(-1));
    expectSeen(stuck);
    expectSeen(follower);
    await frozen.close();
  });
});

describe('a storm', () => {
  it('of 1,000 clients whose node was killed leaves each of them complete', async () => {
    const settings = { MAX_CONNECTIONS_PER_USER: 2_000 };
    const node = await nodes.start(settings);
    const conversations = [id];
    while (conversations.length < 20) conversations.push(await nodes.story.start(ada));
    const url = `http://127.0.0.1:${node.port}`;
    const storm = Array.from({ length: 1_000 }, (_, n) => {
      const address = { scope: 'conversation', id: conversations[n % 20] ?? id } as const;
      const one = followScope({ url, token: 'ada', address, tickMs: 15_000, retryMs: 200 });
      followers.push(one);
      return one;
    });
    for (const one of storm) await one.untilLive();
    await node.kill();
    const missed = new Map<ConversationId, Position[]>();
    for (const each of conversations) missed.set(each, await nodes.story.renameOften(each, 100));
    await nodes.start(settings, node.port);
    // All of them at once, as where a network comes back.
    for (const one of storm) one.hurry();
    const last = missed.get(conversations.at(-1) ?? id)?.at(-1);
    for (const one of storm) await one.untilThrough(last);
    for (const [n, one] of storm.entries()) {
      expect(one.snapshots).toHaveLength(1);
      expect(one.positions()).toEqual(missed.get(conversations[n % 20] ?? id));
    }
  });
});
