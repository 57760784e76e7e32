import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DomainError } from '../../../src/commands/errors.ts';
import {
  type Handled,
  handle,
  handleKnowing,
  type Loaded,
  load,
  notBegun,
} from '../../../src/commands/handler.ts';
import { type JobCommand, jobDecider } from '../../../src/commands/job.ts';
import type { JobState } from '../../../src/commands/jobState.ts';
import { type EventLog, EventLogUnavailable } from '../../../src/events/log/eventLog.ts';
import { jobStream } from '../../../src/events/streams.ts';
import { openMemoryLog } from '../../support/deliveryLog.ts';
import { ada, commandNumber, jobNumber, timeAt } from '../../support/happened.ts';
import { picture, progressed, queued } from '../../support/jobFacts.ts';
import { recordedIn } from '../../support/readLog.ts';
import { troubled } from '../../support/troubledLog.ts';

const stream = jobStream(jobNumber(1));
const now = new Date(timeAt(100));
const attempt = fc.integer({ min: 1, max: 2 });
const lost = { code: 'stuck', reference: 'r', notBefore: null, spared: false } as const;

/** Commands that append, that change nothing and that are refused, depending on how the job stands. */
const command: fc.Arbitrary<JobCommand> = fc.oneof(
  fc.constant<JobCommand>({ type: 'queue', ...queued().data, limits: { attempts: 3, timeoutMs: 1_000 } }),
  fc.constant<JobCommand>({ type: 'start', worker: 'worker:1', engine: 'sketch', now }),
  attempt.map((which): JobCommand => ({ type: 'progress', ...progressed(which).data })),
  attempt.map((which): JobCommand => ({ type: 'lose', attempt: which, ...lost })),
  fc.integer({ min: -3, max: 3 }).map((priority): JobCommand => ({ type: 'prioritize', priority })),
  fc.constant<JobCommand>({ type: 'cancel', by: ada }),
  attempt.map((which): JobCommand => {
    const result = { images: [picture], engine: 'sketch', model: 'sketch 1' };
    return { type: 'complete', attempt: which, ...result, now };
  }),
);

const unavailable = () => new EventLogUnavailable('the connection broke');
const fates = {
  well: null,
  'written and lost': async <Result>(append: () => Promise<Result>): Promise<Result> => {
    await append();
    throw unavailable();
  },
  lost: async (): Promise<never> => {
    throw unavailable();
  },
} as const;

const steps = fc.array(
  fc.record({
    command,
    /** How long ago the caller knew the job, as a share of what has happened since; null: it never did. */
    belief: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
    fate: fc.constantFrom('well', 'well', 'well', 'written and lost', 'lost' as keyof typeof fates),
  }),
  { maxLength: 25 },
);

/** What became of it, as far as a caller sees. */
const told = async (handling: Promise<Handled<JobState>>) => {
  try {
    const { facts, position } = await handling;
    return { position, facts: facts.map(({ type, data }) => ({ type, data })) };
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
};

/** How the job stood at each moment until now. */
const pastOf = async (log: EventLog): Promise<Loaded<JobState>[]> => {
  const past = [notBegun(jobDecider)];
  const length = (await recordedIn(log)).length;
  for (let events = 1; events <= length; events += 1) {
    const prefix = {
      ...log,
      readStream: (of: typeof stream) => log.readStream(of, { maxCount: events }),
    };
    past.push(await load(prefix, stream, jobDecider));
  }
  return past;
};

it('what is believed of a job, however old, changes nothing of what happens and what is answered', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const [looking, believing] = [openMemoryLog(), openMemoryLog()];
      const clock = { now: () => now, pause: async () => undefined };
      for (const [n, { command, belief, fate }] of all.entries()) {
        const cause = { actor: ada, commandId: commandNumber(n), correlationId: 'request' };
        const past = await pastOf(believing);
        const believed = belief === null ? null : (past[Math.round(belief * (past.length - 1))] ?? null);
        const one = { ...clock, log: looking };
        const other = { ...clock, log: troubled(believing, fates[fate]) };
        const answers = await Promise.all([
          told(handle(one, jobDecider, stream, command, cause)),
          told(handleKnowing(other, jobDecider, stream, command, cause, () => believed)),
        ]);
        expect(answers[1]).toEqual(answers[0]);
      }
      expect(await recordedIn(believing)).toEqual(await recordedIn(looking));
    }),
    { numRuns: 300 },
  );
});

it('how a command leaves a job is what a look at it finds', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 25 }), async (all) => {
      const log = openMemoryLog();
      let believed: Loaded<JobState> | null = null;
      for (const [n, command] of all.entries()) {
        const cause = { actor: ada, commandId: commandNumber(n), correlationId: 'request' };
        const recall = () => believed;
        const handling = { log, now: () => now };
        const handled = handleKnowing(handling, jobDecider, stream, command, cause, recall);
        const { after = null } = await handled.catch((error: unknown): Partial<Handled<JobState>> => {
          if (error instanceof DomainError) return {};
          throw error;
        });
        if (after !== null) expect(after).toEqual(await load(log, stream, jobDecider));
        believed = after ?? believed;
      }
    }),
    { numRuns: 300 },
  );
});
