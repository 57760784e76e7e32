import { describe, expect, it } from 'vitest';
import { type Progress, worthReporting } from '../../../src/workers/pacing.ts';

const progress = (step: number, stage = 'sky'): Progress => ({ step, steps: 100, stage, preview: null });

/** Times in ms at which an engine that does a step every 100 ms would be reported. */
const reported = (steps: number): number[] => {
  let last: { progress: Progress; at: number } | null = null;
  const times: number[] = [];
  for (let step = 0; step < steps; step += 1) {
    const now = step * 100;
    if (!worthReporting(progress(step), last, 0, now)) continue;
    last = { progress: progress(step), at: now };
    times.push(now);
  }
  return times;
};

describe('progress', () => {
  it('is reported first, last and at each change of stage at once', () => {
    expect(worthReporting(progress(0), null, 0, 0)).toBe(true);
    const last = { progress: progress(1), at: 0 };
    expect(worthReporting(progress(2), last, 0, 1)).toBe(false);
    expect(worthReporting(progress(2, 'land'), last, 0, 1)).toBe(true);
    expect(worthReporting(progress(100), last, 0, 1)).toBe(true);
  });

  it('is reported twice a second for ten seconds, then every five seconds', () => {
    const times = reported(99);
    expect(times.length).toBe(20);
    expect(times.slice(0, 3)).toEqual([0, 500, 1000]);
    const later = { progress: progress(50), at: 20_000 };
    expect(worthReporting(progress(60), later, 0, 24_999)).toBe(false);
    expect(worthReporting(progress(60), later, 0, 25_000)).toBe(true);
  });
});
