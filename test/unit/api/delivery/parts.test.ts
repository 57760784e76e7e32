import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { entriesOf, seenEvent } from '../../../../src/api/delivery/entry.ts';
import { createFloodGate } from '../../../../src/api/delivery/flood.ts';
import { createInOrder } from '../../../../src/api/delivery/inOrder.ts';
import { limits } from '../../../../src/api/delivery/limits.ts';
import { isMember } from '../../../../src/api/delivery/members.ts';
import { createSignInTimer, type SignedInClient } from '../../../../src/api/delivery/signInTimer.ts';
import { createTail } from '../../../../src/api/delivery/tail.ts';
import type { DomainEvent } from '../../../../src/events/catalogue.ts';
import { positionOf, startOfLog } from '../../../../src/events/ids.ts';
import { ada, ben, conversationNumber, openHistory } from '../../../support/happened.ts';

const positions = (found: readonly { event: { position: string } }[] | null) =>
  found?.map(({ event }) => Number(event.position)) ?? null;

describe('the tail of the log', () => {
  it('holds everything after where it begins, and says where it can not tell', () => {
    const history = openHistory();
    const events = Array.from({ length: 2 * limits.tailEvents }, () => history.queue('QueuePaused'));
    const tail = createTail(startOfLog);
    for (const event of events) tail.push([{ seen: seenEvent(event, false), bytes: 10 }], event.position);
    const all = events.length;
    expect(tail.end()).toBe(positionOf(all));
    expect(tail.since('queue', startOfLog, limits.tailEvents)).toBeNull();
    expect(positions(tail.since('queue', positionOf(all - 3), limits.tailEvents))).toEqual([
      all - 2,
      all - 1,
      all,
    ]);
    expect(positions(tail.since('queue', positionOf(all - 3), 2))).toEqual([all - 2, all - 1]);
    expect(tail.since('queue', positionOf(all + 5), limits.tailEvents)).toEqual([]);
    expect(tail.since('queue', positionOf(all - limits.tailEvents), limits.tailEvents)).toHaveLength(
      limits.tailEvents,
    );
  });

  it('remembers nothing that was said before somebody was erased, and still where its scopes ended', () => {
    const history = openHistory();
    const tail = createTail(startOfLog);
    for (let n = 0; n < 3; n += 1) {
      const event = history.queue('QueuePaused');
      tail.push([{ seen: seenEvent(event, false), bytes: 10 }], event.position);
    }
    tail.forget();
    expect(tail.since('queue', positionOf(2), 10)).toBeNull();
    expect(positions(tail.since('queue', positionOf(3), 10))).toEqual([]);
    expect(tail.previous('queue', positionOf(3))).toBe(positionOf(3));
    const next = history.queue('QueueResumed');
    tail.push([{ seen: seenEvent(next, false), bytes: 10 }], next.position);
    expect(positions(tail.since('queue', positionOf(3), 10))).toEqual([4]);
  });

  it('is bounded by bytes too', () => {
    const history = openHistory();
    const tail = createTail(startOfLog);
    for (let n = 0; n < 400; n += 1) {
      const event = history.queue('QueuePaused');
      tail.push([{ seen: seenEvent(event, false), bytes: 100_000 }], event.position);
    }
    expect(tail.since('queue', positionOf(100), limits.tailEvents)).toBeNull();
    expect(tail.since('queue', positionOf(300), limits.tailEvents)).toHaveLength(100);
  });

  it('knows the event of a scope before any position in it, also one that it has forgotten since', () => {
    const history = openHistory();
    const tail = createTail(startOfLog);
    const push = (event: DomainEvent, bytes: number) =>
      tail.push([{ seen: seenEvent(event, false), bytes }], event.position);
    const [started] = history.starts(1);
    if (started === undefined) throw new Error('it was started');
    push(started, 1);
    const key = `conversation ${conversationNumber(1)}`;
    expect(tail.previous(key, startOfLog)).toBe(startOfLog);
    expect(tail.previous(key, positionOf(1))).toBe(positionOf(1));
    expect(tail.previous('queue', positionOf(1))).toBe(startOfLog);
    for (let n = 0; n < 400; n += 1) push(history.queue('QueuePaused'), 100_000);
    expect(tail.previous(key, positionOf(350))).toBe(positionOf(1));
    expect(tail.previous(key, positionOf(100))).toBeNull();
    expect(tail.previous('user eve', positionOf(350))).toBeNull();
    tail.learn('user eve', positionOf(350), positionOf(2));
    expect(tail.previous('user eve', positionOf(350))).toBe(positionOf(2));
  });
});

describe('what a scope shows', () => {
  it('is encoded once for all who are shown the same', () => {
    const history = openHistory();
    const seen = [...history.starts(1), history.asks(1), history.queued(1)].map((event) =>
      seenEvent(event, false),
    );
    const scope = { scope: 'conversation', id: conversationNumber(1) } as const;
    const [first, second] = [entriesOf(seen, scope, ada.id), entriesOf(seen, scope, ben.id)];
    expect(first).toHaveLength(4);
    expect(first.every((entry, index) => entry === second[index])).toBe(true);
    expect(first[0]?.bytes).toBe(Buffer.byteLength(first[0]?.json ?? ''));
  });
});

describe('membership', () => {
  it('is folded up to the position that is asked for', () => {
    const changes = [
      { position: positionOf(2), userId: ada.id, joined: true },
      { position: positionOf(5), userId: ada.id, joined: false },
      { position: positionOf(9), userId: ada.id, joined: true },
    ];
    const history = { asOf: positionOf(9), changes };
    const at = [1, 3, 5, 7, 10].map((n) => isMember(history, ada.id, positionOf(n)));
    expect(at).toEqual([false, true, true, false, true]);
    expect(isMember(history, ada.id)).toBe(true);
    expect(isMember(history, ben.id)).toBe(false);
  });
});

describe('a flood gate', () => {
  it('lets a burst pass, then so many a second', () => {
    let now = 0;
    const mayPass = createFloodGate(10, 3, () => now);
    expect([1, 2, 3, 4].map(mayPass)).toEqual([true, true, true, false]);
    now = 200;
    expect([1, 2, 3].map(mayPass)).toEqual([true, true, false]);
  });
});

describe('operations in order', () => {
  it('run one after the other on one key, whatever the one before did', async () => {
    const inOrder = createInOrder();
    const done: string[] = [];
    const first = inOrder.run('a', async () => {
      await new Promise(setImmediate);
      done.push('slow');
    });
    const second = inOrder.run('a', async () => void done.push('fast'));
    const other = inOrder.run('b', async () => void done.push('other'));
    await Promise.all([first, second, other]);
    expect(done).toEqual(['other', 'slow', 'fast']);
    expect(inOrder.waiting()).toBe(0);
    const failing = inOrder.run('a', async () => Promise.reject(new Error('no')));
    const after = inOrder.run('a', async () => void done.push('after a failure'));
    await expect(failing).rejects.toThrow('no');
    await after;
    expect(done.at(-1)).toBe('after a failure');
  });
});

describe('the end of a sign-in', () => {
  const hour = 3_600_000;
  /** Clients of one node, by the names under which they are told to have expired. */
  const openNode = (now: () => Date) => {
    const clients = new Set<SignedInClient>();
    const expired: string[] = [];
    const timer = createSignInTimer(now, clients);
    const come = (name: string, expiresAt: number) => {
      const client = {
        expiresAt,
        expire: () => {
          expired.push(name);
          clients.delete(client);
        },
      };
      clients.add(client);
      timer.watch(expiresAt);
      return client;
    };
    return { come, clients, expired, timer };
  };

  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('comes when the clock says so, also when that was put forward or back', () => {
    let ahead = 0;
    const now = () => new Date(Date.now() + ahead);
    const { come, expired } = openNode(now);
    come('first', now().getTime() + hour);
    ahead = -hour;
    vi.advanceTimersByTime(hour + 1);
    expect(expired).toEqual([]);
    ahead = 0;
    vi.advanceTimersByTime(limits.clockMs);
    expect(expired).toEqual(['first']);
    come('second', now().getTime() + hour);
    ahead = hour;
    vi.advanceTimersByTime(limits.clockMs + 1);
    expect(expired).toEqual(['first', 'second']);
  });

  it('comes for each client at its own time, whoever came or went meanwhile', () => {
    const now = () => new Date();
    const { come, clients, expired, timer } = openNode(now);
    const begin = now().getTime();
    come('late', begin + hour);
    come('soon', begin + 5_000);
    const gone = come('gone', begin + 1_000);
    come('now', begin - 1);
    clients.delete(gone);
    vi.advanceTimersByTime(0);
    expect(expired).toEqual(['now']);
    vi.advanceTimersByTime(4_999);
    expect(expired).toEqual(['now']);
    vi.advanceTimersByTime(1);
    expect(expired).toEqual(['now', 'soon']);
    const renewed = [...clients][0];
    if (renewed === undefined) throw new Error('the late one has gone');
    Object.assign(renewed, { expiresAt: begin + 6_000 });
    timer.watch(begin + 6_000);
    vi.advanceTimersByTime(1_000);
    expect(expired).toEqual(['now', 'soon', 'late']);
    expect(vi.getTimerCount()).toBe(0);
  });
});
