import { describe, expect, it } from 'vitest';
import { pauseAfter } from '../../../src/workers/backoff.ts';

describe('the pause before the next attempt', () => {
  it('is twice as long each time, up to a minute', () => {
    expect([1, 2, 3, 4, 7, 20].map((attempt) => pauseAfter(attempt, 1))).toEqual([
      1_000, 2_000, 4_000, 8_000, 60_000, 60_000,
    ]);
  });

  it('is shorter by up to a half at random, so that jobs that failed together come back apart', () => {
    expect(pauseAfter(3, 0)).toBe(2_000);
    expect(pauseAfter(3, 0.5)).toBe(3_000);
  });
});
