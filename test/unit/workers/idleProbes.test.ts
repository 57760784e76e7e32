import { describe, expect, it } from 'vitest';
import type { Circuit } from '../../../src/commands/engine.ts';
import { createIdleProbes } from '../../../src/workers/idleProbes.ts';
import { jobNumber } from '../../support/happened.ts';

const halfOpen: Circuit = { status: 'half_open', failures: 5, worker: 'worker:1', jobId: jobNumber(1) };
const drawn = [{ jobId: jobNumber(1) }];

describe('a probe that nobody draws', () => {
  it('is found after a lease of idleness', () => {
    const probes = createIdleProbes(30_000);
    expect(probes.look('sketch', halfOpen, [], 0)).toBeNull();
    expect(probes.look('sketch', halfOpen, [], 29_999)).toBeNull();
    expect(probes.look('sketch', halfOpen, [], 30_000)).toBe(jobNumber(1));
  });

  it('is none while it is drawn, however long', () => {
    const probes = createIdleProbes(30_000);
    expect(probes.look('sketch', halfOpen, [], 0)).toBeNull();
    expect(probes.look('sketch', halfOpen, drawn, 40_000)).toBeNull();
    expect(probes.look('sketch', halfOpen, [], 50_000)).toBeNull();
    expect(probes.look('sketch', { status: 'closed', failures: 0 }, [], 90_000)).toBeNull();
  });

  it('is told apart from the next one', () => {
    const probes = createIdleProbes(30_000);
    expect(probes.look('sketch', halfOpen, [], 0)).toBeNull();
    expect(probes.look('sketch', { ...halfOpen, jobId: jobNumber(2) }, [], 30_000)).toBeNull();
    expect(probes.look('other', halfOpen, [], 30_000)).toBeNull();
  });
});
