import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type JobCommand, jobDecider } from '../../../src/commands/job.ts';
import { isActive, type JobState } from '../../../src/commands/jobState.ts';
import type { JobEvent } from '../../../src/events/job.ts';
import { ada, jobNumber, openHistory, timeAt } from '../../support/happened.ts';
import { discarded, picture, progressed, queued, refused, submitted } from '../../support/jobFacts.ts';

const attempt = fc.integer({ min: 1, max: 5 });
const lost = { code: 'stuck', reference: 'r', notBefore: null, spared: false } as const;
const now = new Date(timeAt(100));

/** Whatever people, workers, sweeps and the queueing process may say of a job, also at the wrong time. */
const command: fc.Arbitrary<JobCommand> = fc.oneof(
  fc.constant<JobCommand>({ type: 'queue', ...queued().data, limits: { attempts: 3, timeoutMs: 1_000 } }),
  fc.constant<JobCommand>({ type: 'refuse', ...refused().data }),
  fc.constant<JobCommand>({ type: 'start', worker: 'worker:1', engine: 'sketch', now }),
  attempt.map((which): JobCommand => ({ type: 'submit', ...submitted(which).data })),
  attempt.map((which): JobCommand => ({ type: 'progress', ...progressed(which).data })),
  attempt.map(
    (which): JobCommand => ({
      type: 'complete',
      ...{ attempt: which, images: [picture], engine: 'sketch', model: 'sketch 1', now },
    }),
  ),
  attempt.map((which): JobCommand => ({ type: 'lose', attempt: which, ...lost })),
  fc
    .tuple(attempt, fc.boolean())
    .map(([which, retryable]): JobCommand => ({ type: 'fail', attempt: which, retryable, ...lost })),
  fc.integer({ min: -10, max: 10 }).map((priority): JobCommand => ({ type: 'prioritize', priority })),
  fc.constant<JobCommand>({ type: 'cancel', by: ada }),
  attempt.map((which): JobCommand => ({ type: 'discard', ...discarded(which).data })),
);

/** The job's whole life, when it is asked these things one after another. */
const live = (asked: readonly JobCommand[]) => {
  const history = openHistory();
  const facts: JobEvent[] = [];
  let job: JobState = jobDecider.initial;
  for (const each of asked) {
    if (each.type === 'prioritize' && !isActive(job)) continue;
    for (const fact of jobDecider.decide(each, job)) {
      facts.push(fact);
      job = jobDecider.evolve(job, history.happens(`job-${jobNumber(1)}`, fact));
    }
  }
  return { facts, job };
};

const ends: ReadonlySet<JobEvent['type']> = new Set([
  'JobCompleted',
  'JobFailed',
  'JobCancelled',
  'JobRefused',
]);

/** What a worker says of the attempt that runs. */
const told: ReadonlySet<JobEvent['type']> = new Set([
  'JobSubmitted',
  'JobProgressed',
  'JobCompleted',
  'JobFailed',
]);

it('a job lives by its rules, whatever it is asked in whatever order', () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 60 }), (asked) => {
      const { facts, job } = live(asked);
      const end = facts.findIndex(({ type }) => ends.has(type));
      const afterIt = end < 0 ? [] : facts.slice(end + 1);
      expect(afterIt.filter(({ type }) => type !== 'JobResultDiscarded')).toEqual([]);
      expect(isActive(job) || job.status === 'none').toBe(end < 0);

      const attempts = facts.flatMap((fact) => (fact.type === 'JobStarted' ? [fact.data.attempt] : []));
      expect(attempts).toEqual(attempts.map((_, index) => index + 1));
      expect(attempts.length).toBeLessThanOrEqual(3);

      let running = 0;
      for (const fact of facts) {
        if (fact.type === 'JobStarted') running = fact.data.attempt;
        if (told.has(fact.type)) expect(fact.data).toHaveProperty('attempt', running);
        if (fact.type === 'JobRequeued') {
          expect(fact.data).toMatchObject({ attempt: running, nextAttempt: running + 1 });
          running = 0;
        }
      }

      const late = facts.flatMap((fact) => (fact.type === 'JobResultDiscarded' ? [fact.data.attempt] : []));
      expect(new Set(late).size).toBe(late.length);

      const tickets = facts.flatMap(({ data }) => ('order' in data && data.order ? [data.order.ticket] : []));
      expect(new Set(tickets).size).toBeLessThanOrEqual(1);
    }),
    { numRuns: 1_000 },
  );
});
