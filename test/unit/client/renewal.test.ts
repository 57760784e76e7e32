import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Session } from '../../../src/client/client.ts';
import { createRenewal, endOf } from '../../../src/client/renewal.ts';
import { ada } from '../../support/happened.ts';

const minute = 60_000;
const claims = (said: object) =>
  `header.${Buffer.from(JSON.stringify(said)).toString('base64url')}.signature`;
const sessionUntil = (end: number): Session => ({
  token: claims({ sub: 'Ädä', exp: end / 1000 }),
  user: { ...ada, roles: ['user'] },
});

const open = (renewSession: () => Promise<Session | null>) => {
  const asked: number[] = [];
  const over = vi.fn();
  const renewed = vi.fn((session: Session) => renewal.follow(session));
  const renewal = createRenewal({
    renewSession: () => {
      asked.push(Date.now());
      return renewSession();
    },
    ...{ renewed, over, retryMs: 500 },
  });
  return { renewal, asked, over, renewed };
};

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

describe('when a token ends', () => {
  it('is read from it, where it says so', () => {
    expect(endOf(claims({ exp: 1_800_000_000, name: 'Zoë Ωmega ÿÿÿ' }))).toBe(1_800_000_000_000);
    expect(endOf(claims({ sub: 'ada' }))).toBeNull();
    expect(endOf('opaque')).toBeNull();
    expect(endOf('a.%%%.c')).toBeNull();
  });
});

describe('a session that can be renewed', () => {
  it('is renewed a minute before its token ends, and so on', async () => {
    const { renewal, asked, over } = open(async () => sessionUntil(Date.now() + 10 * minute));
    renewal.follow(sessionUntil(10 * minute));
    await vi.advanceTimersByTimeAsync(30 * minute);
    expect(asked).toEqual([9 * minute, 18 * minute, 27 * minute]);
    expect(over).not.toHaveBeenCalled();
    renewal.stop();
    await vi.advanceTimersByTimeAsync(60 * minute);
    expect(asked).toHaveLength(3);
  });

  it('goes by the time of the server, whatever the clock here says', async () => {
    const { renewal, asked } = open(async () => null);
    renewal.follow(sessionUntil(10 * minute));
    renewal.serverTimeIs(5 * minute);
    await vi.advanceTimersByTimeAsync(20 * minute);
    expect(asked).toEqual([4 * minute]);
  });

  it('is left alone for weeks where its token is good for weeks', async () => {
    const day = 24 * 60 * minute;
    const { renewal, asked } = open(async () => null);
    renewal.follow(sessionUntil(60 * day));
    await vi.advanceTimersByTimeAsync(60 * day - 2 * minute);
    expect(asked).toEqual([]);
    await vi.advanceTimersByTimeAsync(minute);
    expect(asked).toHaveLength(1);
  });

  it('is asked for again after growing pauses where it can not be had now', async () => {
    const { renewal, asked, renewed } = open(() =>
      asked.length < 4 ? Promise.reject(new Error('no network')) : Promise.resolve(sessionUntil(90 * minute)),
    );
    renewal.follow(sessionUntil(10 * minute));
    await vi.advanceTimersByTimeAsync(11 * minute);
    expect(asked).toHaveLength(4);
    expect(renewed).toHaveBeenCalledTimes(1);
    renewal.stop();
  });

  it('is over where the person has to sign in themselves', async () => {
    const { renewal, over } = open(async () => null);
    renewal.follow(sessionUntil(10 * minute));
    await vi.advanceTimersByTimeAsync(9 * minute);
    expect(over).toHaveBeenCalledTimes(1);
  });

  it('is renewed once where it is refused by many at once, and over where the new one is refused too', async () => {
    const { renewal, asked, over } = open(async () => sessionUntil(Date.now() + 10 * minute));
    renewal.follow(sessionUntil(10 * minute));
    renewal.refused();
    renewal.refused();
    await vi.advanceTimersByTimeAsync(1);
    expect([asked.length, over.mock.calls.length]).toEqual([1, 0]);
    renewal.refused();
    expect([asked.length, over.mock.calls.length]).toEqual([1, 1]);
    renewal.stop();
  });
});
