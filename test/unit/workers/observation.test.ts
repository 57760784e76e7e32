import { describe, expect, it } from 'vitest';
import type { Position } from '../../../src/events/ids.ts';
import { foldJob } from '../../../src/projections/jobs.ts';
import type { Job } from '../../../src/projections/model.ts';
import { type Observation, observe } from '../../../src/workers/observation.ts';
import { openHistory, orderOf } from '../../support/happened.ts';

const limits = { leaseMs: 30_000, stuckAfterMs: 300_000 };

const running = (): Job => {
  const history = openHistory();
  const order = orderOf(history.queued(1));
  history.job(1, { type: 'JobStarted', data: { worker: 'w', engine: 'sketch', attempt: 1, order } });
  const job = history.events.reduce<Job | null>(foldJob, null);
  if (job === null) throw new Error('the job was not there');
  return job;
};

/** Looks at a job that changes as told, at the given times; answers what was lost at the last look. */
const watch = (looks: readonly { readonly at: number; readonly job: Job }[]) => {
  let observations: ReadonlyMap<string, Observation> = new Map();
  let lost: readonly { readonly why: string; readonly attempt: number }[] = [];
  for (const { at, job } of looks) ({ observations, lost } = observe(observations, [job], at, limits));
  return lost.map(({ why, attempt }) => ({ why, attempt }));
};

const spoke = (job: Job, position: number): Job => ({
  ...job,
  position: String(position).padStart(20, '0') as Position,
});

describe('the sweep', () => {
  it('takes a job from a worker that is silent for a whole lease', () => {
    const job = running();
    expect(
      watch([
        { at: 0, job },
        { at: 29_999, job },
      ]),
    ).toEqual([]);
    expect(
      watch([
        { at: 0, job },
        { at: 30_000, job },
      ]),
    ).toEqual([{ why: 'engine_unavailable', attempt: 1 }]);
  });

  it('counts silence from its own first look, so that a new observer waits a whole lease', () => {
    const job = running();
    expect(watch([{ at: 1_000_000, job }])).toEqual([]);
  });

  it('leaves a job alone whose worker is heard of', () => {
    const job = running();
    expect(
      watch([
        { at: 0, job },
        { at: 20_000, job: spoke(job, 90) },
        { at: 40_000, job: spoke(job, 90) },
      ]),
    ).toEqual([]);
  });

  it('does not take a slow but progressing job for stuck', () => {
    const job = running();
    const looks = Array.from({ length: 40 }, (_, n) => ({
      at: n * 20_000,
      job: { ...spoke(job, 90 + n), step: n },
    }));
    expect(watch(looks)).toEqual([]);
  });

  it('finds a job stuck whose worker is heard of but says only the same', () => {
    const job = running();
    const looks = Array.from({ length: 16 }, (_, n) => ({ at: n * 20_000, job: spoke(job, 90 + n) }));
    expect(watch(looks)).toEqual([{ why: 'stuck', attempt: 1 }]);
  });
});
