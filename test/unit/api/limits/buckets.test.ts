import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBuckets } from '../../../../src/api/limits/buckets.ts';

/** Buckets under a clock that the test puts forward. */
const openBuckets = (perMinute: number) => {
  let time = 0;
  const buckets = createBuckets({ perMinute, clock: () => time });
  return {
    ...buckets,
    wait: (ms: number): void => {
      time += ms;
    },
    /** How many get through before the first that doesn't, and how long that one is to wait. */
    spendAll: (key: string): { through: number; seconds: number } => {
      for (let through = 0; ; through += 1) {
        const seconds = buckets.spend(key);
        if (seconds !== null) return { through, seconds };
      }
    },
  };
};

describe('a limit of so many a minute', () => {
  it('lets a minute’s worth through at once, and says how long the next one is to wait', () => {
    const { spendAll } = openBuckets(60);
    expect(spendAll('ada')).toEqual({ through: 60, seconds: 1 });
  });

  it('lets the next through after the time that it said, and not before', () => {
    const { spendAll, spend, wait } = openBuckets(12);
    expect(spendAll('ada')).toEqual({ through: 12, seconds: 5 });
    wait(4_000);
    expect(spend('ada')).toBe(1);
    wait(1_000);
    expect(spend('ada')).toBeNull();
  });

  it('is each one’s own', () => {
    const { spendAll, spend } = openBuckets(5);
    spendAll('ada');
    expect(spend('ben')).toBeNull();
  });

  it('costs nothing to be refused: who goes on trying gets through as soon as who waits', () => {
    const { spendAll, spend, wait } = openBuckets(60);
    spendAll('ada');
    for (let tries = 0; tries < 1_000; tries += 1) spend('ada');
    wait(1_000);
    expect(spend('ada')).toBeNull();
  });

  it('lets at most two minutes’ worth through in any minute, whenever they come', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(2_000), { maxLength: 400 }),
        fc.integer({ min: 1, max: 40 }),
        (pauses, perMinute) => {
          const { spend, wait } = openBuckets(perMinute);
          const times: number[] = [];
          let time = 0;
          for (const pause of pauses) {
            wait(pause);
            time += pause;
            if (spend('ada') === null) times.push(time);
          }
          for (const begin of times)
            expect(times.filter((each) => each >= begin && each < begin + 60_000).length).toBeLessThanOrEqual(
              2 * perMinute,
            );
        },
      ),
    );
  });

  it('forgets who was quiet for longest where there are too many to remember', () => {
    const { spendAll, spend } = openBuckets(1);
    spendAll('first');
    for (let n = 0; n < 49_999; n += 1) spend(`other ${n}`);
    expect(spend('first')).not.toBeNull();
    for (let n = 0; n < 50_000; n += 1) spend(`another ${n}`);
    expect(spend('first')).toBeNull();
  });
});
