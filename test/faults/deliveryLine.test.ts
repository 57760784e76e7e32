import { afterEach, describe, expect, it } from 'vitest';
import type { ConversationId, Position } from '../../src/events/ids.ts';
import { type DeliveryFollower, followScope, waitFor } from '../support/deliveryFollower.ts';
import { type AnyNode, ada, nodes } from '../support/deliveryNode.ts';
import { openRoughLine, type RoughLine, type Roughness } from '../support/roughLine.ts';

let node: AnyNode;
let line: RoughLine;
let follower: DeliveryFollower;
afterEach(async () => {
  follower.close();
  await line.close();
  await node.close();
});

const onSqlite = nodes.find(({ on }) => on === 'SQLite');

const start = async (roughness: Partial<Roughness>, settings = {}): Promise<ConversationId> => {
  if (onSqlite === undefined) throw new Error('there is no node on SQLite');
  node = await onSqlite.open({ TICK_MS: 200, ...settings });
  line = await openRoughLine(() => node.server.port, roughness);
  const id = await node.story.start(ada);
  follower = followScope({ url: line.url, token: 'ada', address: { scope: 'conversation', id } });
  return id;
};

/** What must have been seen: everything after the one snapshot, once, in order. */
const expectSeen = (posted: readonly Position[]): void => {
  expect(follower.snapshots).toHaveLength(1);
  const from = follower.snapshots[0]?.position ?? '';
  expect(follower.positions()).toEqual(posted.filter((position) => position > from));
};

describe('over a line that is rough, a client sees every event once and in order', () => {
  it('when connections are reset in the middle of a frame, again and again', async () => {
    let seed = 7;
    const id = await start({
      // Up to the length of some frames, but always more than signing in and a snapshot take.
      resetAfterBytes: () => {
        seed = (seed * 48_271) % 2_147_483_647;
        return 4_000 + (seed % 50_000);
      },
    });
    await follower.untilLive();
    const posted: Position[] = [];
    while (line.resets() < 30) {
      posted.push(await node.story.post(id, ada, `${posted.length}`));
      if (posted.length % 5 === 0) posted.push(...(await node.story.renameOften(id, 20)));
    }
    // A batch that is longer than what passes between two resets would never come.
    line.rough.resetAfterBytes = () => Number.POSITIVE_INFINITY;
    line.cut();
    await follower.untilThrough(posted.at(-1));
    expectSeen(posted);
  });

  it('when it is cut in silence while events come and while they are replayed', async () => {
    const id = await start({ delayMs: 3 });
    await follower.untilLive();
    const posted: Position[] = [];
    for (let time = 0; time < 15; time += 1) {
      posted.push(...(await node.story.renameOften(id, 150)));
      if (time % 3 === 0) await follower.untilThrough(posted[posted.length - 100]);
      line.cut();
    }
    await follower.untilThrough(posted.at(-1));
    expectSeen(posted);
    expect(line.connections()).toBeGreaterThan(1);
  });

  it('when it is slow, so that the server must go back to the log instead of waiting in memory', async () => {
    const id = await start({ bytesPerSecond: 400_000, delayMs: 20 });
    await follower.untilLive();
    const posted: Position[] = [];
    for (let time = 0; time < 20; time += 1) posted.push(...(await node.story.renameOften(id, 150)));
    await follower.untilThrough(posted.at(-1));
    expectSeen(posted);
    expect(line.connections()).toBe(1);
  });

  it('when it freezes for so long that the server gives it up, and thaws', async () => {
    const id = await start({}, { SLOW_CONSUMER_MS: 300 });
    await follower.untilLive();
    const posted = await node.story.renameOften(id, 50);
    await follower.untilThrough(posted.at(-1));
    line.rough.isFrozen = true;
    posted.push(...(await node.story.renameOften(id, 900)));
    await waitFor(() => node.server.delivery.health().subscriptions === 0);
    posted.push(...(await node.story.renameOften(id, 10)));
    line.thaw();
    await follower.untilThrough(posted.at(-1));
    expectSeen(posted);
  });
});
