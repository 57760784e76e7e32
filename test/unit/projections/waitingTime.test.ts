import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectedWait, paceOf } from '../../../src/projections/waitingTime.ts';

const at = (second: number): string => new Date(Date.UTC(2026, 2, 1) + second * 1_000).toISOString();
const drawn = (from: number, until: number) => ({ startedAt: at(from), endedAt: at(until) });

describe('the pace of the pictures finished last', () => {
  it('is not said before one was finished, nor of what was never begun', () => {
    expect(paceOf([])).toBeNull();
    expect(paceOf([{ startedAt: null, endedAt: at(3) }])).toBeNull();
  });

  it('is the median of their times, so that a single slow one changes nothing, and how far they spread', () => {
    const pace = paceOf([drawn(0, 10), drawn(10, 18), drawn(18, 30), drawn(30, 3_630), drawn(3_630, 3_640)]);
    expect(pace).toEqual({ workers: 1, durations: { median: 10_000, spread: 1_000 } });
  });

  it('counts those that were drawn at the same time; where one ends as the next begins it is one', () => {
    expect(paceOf([drawn(0, 10), drawn(10, 20)])?.workers).toBe(1);
    expect(paceOf([drawn(0, 10), drawn(5, 15), drawn(9, 12), drawn(12, 20)])?.workers).toBe(3);
  });

  it('takes a clock that went backwards for no time at all', () => {
    expect(paceOf([drawn(10, 4)])?.durations).toEqual({ median: 0, spread: 0 });
  });
});

describe('how long until a waiting picture is begun', () => {
  const queue = { running: 2, paused: false };
  const pace = { workers: 2, durations: { median: 10_000, spread: 3_000 } };

  it('is half a round for the first ones, and a round more for each that is drawn before', () => {
    expect(expectedWait(1, queue, pace)?.milliseconds).toBe(5_000);
    expect(expectedWait(2, queue, pace)?.milliseconds).toBe(5_000);
    expect(expectedWait(5, queue, pace)?.milliseconds).toBe(25_000);
  });

  it('counts those that are drawn now where they are more than were seen together lately', () => {
    expect(expectedWait(4, { ...queue, running: 4 }, pace)?.milliseconds).toBe(5_000);
    expect(expectedWait(4, { ...queue, running: 0 }, pace)?.milliseconds).toBe(15_000);
  });

  it('may be off by more, the more rounds lie before it', () => {
    expect(expectedWait(1, queue, pace)?.error).toBeCloseTo(Math.hypot(3_000, 2_500));
    expect(expectedWait(18, queue, pace)?.error).toBeCloseTo(Math.hypot(9_000, 2_500));
  });

  it('is not said where nothing was measured, the queue is paused, or it has no place', () => {
    expect(expectedWait(1, queue, null)).toBeNull();
    expect(expectedWait(1, { ...queue, paused: true }, pace)).toBeNull();
    expect(expectedWait(null, queue, pace)).toBeNull();
  });

  it('never shrinks with a later place', () => {
    const milliseconds = fc.integer({ min: 0, max: 3_600_000 });
    fc.assert(
      fc.property(
        fc.record({ median: milliseconds, spread: milliseconds }),
        fc.integer({ min: 1, max: 16 }),
        fc.integer({ min: 1, max: 10_000 }),
        (durations, workers, place) => {
          const wait = (of: number) =>
            expectedWait(of, { running: 0, paused: false }, { workers, durations });
          expect(wait(place + 1)?.milliseconds).toBeGreaterThanOrEqual(wait(place)?.milliseconds ?? 0);
          expect(wait(place + 1)?.error).toBeGreaterThanOrEqual(wait(place)?.error ?? 0);
        },
      ),
    );
  });
});
