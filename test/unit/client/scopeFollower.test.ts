import { describe, expect, it } from 'vitest';
import type { ViewState } from '../../../src/client/client.ts';
import { ScopeFollower } from '../../../src/client/scopeFollower.ts';
import type { Line, ScopeTarget } from '../../../src/client/scopeTarget.ts';
import type { EventBatch, SubscribeAnswer, SubscribeRequest } from '../../../src/client/wire.ts';
import { positionOf } from '../../../src/events/ids.ts';
import { scriptedLog } from '../../support/scriptedServer.ts';

/** A line whose answers the test gives by hand, when it wants to. */
const openLine = () => {
  const asked: { request: SubscribeRequest; answer: (answer: SubscribeAnswer | null) => void }[] = [];
  const line: Line = {
    isConnected: true,
    subscribe: (request, answered) => void asked.push({ request, answer: answered }),
    unsubscribe: () => undefined,
  };
  return { line, asked };
};

const snapshot = (at: number): SubscribeAnswer => ({
  ...{ ok: true, mode: 'snapshot', logId: scriptedLog },
  ...{ snapshot: `as of ${at}`, position: positionOf(at) },
});
const replay = (from: number): SubscribeAnswer => ({
  ...{ ok: true, mode: 'replay', logId: scriptedLog },
  ...{ from: positionOf(from), until: positionOf(from) },
});
const batch = (after: number, through: number): EventBatch => ({
  ...{ scope: 'queue', events: [], live: true },
  ...{ after: positionOf(after), through: positionOf(through) },
});

const open = (isMissing?: () => Promise<boolean>) => {
  const { line, asked } = openLine();
  const views: ViewState[] = [];
  const taken: unknown[] = [];
  const target: ScopeTarget = {
    take: (given) => void taken.push(given),
    apply: () => 'applied',
    show: (view) => void views.push(view),
    ...(isMissing === undefined ? {} : { isMissing }),
  };
  const follower = new ScopeFollower({ scope: 'queue' }, target, line, { tickMs: 60_000, retryMs: 1 });
  follower.connected();
  return { follower, asked, views, taken };
};

describe('a scope that is followed', () => {
  it('has one subscribe on its way at most', () => {
    const { follower, asked } = open();
    follower.connected();
    asked[0]?.answer(snapshot(5));
    follower.receive(batch(8, 9), () => undefined);
    follower.receive(batch(9, 10), () => undefined);
    expect(asked).toHaveLength(2);
    follower.close();
  });

  it('goes on with the old subscription while the answer to the new one is awaited', () => {
    const { follower, asked } = open();
    asked[0]?.answer(snapshot(5));
    follower.receive(batch(8, 9), () => undefined);
    let acknowledged = 0;
    follower.receive(batch(5, 7), () => {
      acknowledged += 1;
    });
    expect([acknowledged, follower.cursor?.through]).toEqual([1, positionOf(7)]);
    follower.close();
  });

  it('that wants a snapshot and gets a replay asks again, without its cursor', async () => {
    const { follower, asked, taken } = open();
    asked[0]?.answer(snapshot(5));
    follower.receive(batch(8, 9), () => undefined);
    follower.readAgain();
    asked[1]?.answer(replay(5));
    await expect.poll(() => asked[2]?.request).toEqual({ scope: 'queue' });
    asked[2]?.answer(snapshot(9));
    expect(taken).toEqual(['as of 5', 'as of 9']);
    follower.close();
  });

  it('hears no answer to what was asked before the line broke', () => {
    const { follower, asked, taken } = open();
    follower.disconnected();
    follower.connected();
    asked[0]?.answer(snapshot(5));
    expect(taken).toEqual([]);
    asked[1]?.answer(snapshot(6));
    expect(taken).toEqual(['as of 6']);
    follower.close();
  });

  it('that a node does not know yet is asked for again', async () => {
    const { follower, asked, views } = open(() => Promise.resolve(false));
    asked[0]?.answer({ ok: false, code: 'not_found', detail: '' });
    await expect.poll(() => asked.length).toBe(2);
    asked[1]?.answer(snapshot(5));
    expect(views).toEqual(['live']);
    follower.close();
  });

  it('that is really missing is not found', async () => {
    const { follower, asked, views } = open(() => Promise.resolve(true));
    asked[0]?.answer({ ok: false, code: 'not_found', detail: '' });
    await expect.poll(() => views).toEqual(['not_found']);
    follower.close();
  });

  it('is asked for without a cursor where the server can not read that', async () => {
    const { follower, asked } = open();
    asked[0]?.answer(snapshot(5));
    follower.disconnected();
    follower.connected();
    asked[1]?.answer({ ok: false, code: 'invalid', detail: '' });
    await expect.poll(() => asked.length).toBe(3);
    expect(asked[1]?.request).toHaveProperty('after');
    expect(asked[2]?.request).not.toHaveProperty('after');
    follower.close();
  });
});
