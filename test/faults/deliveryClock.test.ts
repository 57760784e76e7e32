import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { limits } from '../../src/api/delivery/limits.ts';
import type { Position } from '../../src/events/ids.ts';
import { followScope } from '../support/deliveryFollower.ts';
import { ada, type Node, openNode } from '../support/deliveryNode.ts';
import { openDeliveryServer } from '../support/deliveryServer.ts';
import { openRoughLine } from '../support/roughLine.ts';

const hour = 3_600_000;

let node: Node;
beforeEach(async () => {
  node = await openNode({ TICK_MS: 100, SLOW_CONSUMER_MS: 2_000 });
});
afterEach(async () => {
  vi.useRealTimers();
  await node.close();
});

describe('a clock that jumps', () => {
  it('by a day, a year, forward or back, changes nothing of what a client is told', async () => {
    // Only the clock on the wall, on both sides: that is what jumps. Timers go on as they do.
    vi.useFakeTimers({ toFake: ['Date'] });
    const id = await node.story.start(ada);
    const line = await openRoughLine(() => node.server.port);
    const token = `ada:${Date.now() + 100_000 * hour}`;
    const follower = followScope({ url: line.url, token, address: { scope: 'conversation', id } });
    await follower.untilLive();
    const posted: Position[] = [];
    for (const hours of [24, -24, -24 * 365, 48 * 365, -1, 1]) {
      vi.setSystemTime(Date.now() + hours * hour);
      posted.push(...(await node.story.renameOften(id, 300)));
      await follower.untilThrough(posted.at(-1));
    }
    expect(follower.positions()).toEqual(posted);
    expect(follower.snapshots).toHaveLength(1);
    expect(line.connections()).toBe(1);
    follower.close();
    await line.close();
  });

  it('forward ends a sign-in that is over by then, and no other', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true });
    let ahead = 0;
    const server = await openDeliveryServer({
      log: node.log,
      readModel: node.stores.readModel,
      now: () => new Date(Date.now() + ahead),
    });
    const brief = server.connect(`ada:${Date.now() + hour}`);
    const long = server.connect(`ada:${Date.now() + 3 * hour}`);
    await Promise.all([brief, long].map((client) => client.untilOther('welcome')));
    ahead = 2 * hour;
    // So long may it take until the server looks at the clock.
    vi.advanceTimersByTime(limits.clockMs);
    await brief.untilOther('token_expired');
    await brief.untilOther('disconnect');
    expect(await long.subscribe({ scope: 'queue' })).toMatchObject({ ok: true });
    await server.close();
  });
});
