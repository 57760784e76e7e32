import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  circuitAfter,
  closedCircuit,
  type EngineCommand,
  engineDecider,
} from '../../../src/commands/engine.ts';
import type { EngineEvent } from '../../../src/events/engine.ts';
import {
  circuitClosed,
  circuitHalfOpened,
  circuitOpened,
  engineFailed,
  engineSucceeded,
} from '../../support/engineFacts.ts';
import { jobNumber } from '../../support/happened.ts';
import { specificationOf } from '../../support/specification.ts';

const given = specificationOf(engineDecider, 'engine-sketch');

const now = new Date('2026-01-01T12:00:00.000Z');
const inAMinute = new Date('2026-01-01T12:01:00.000Z');
const rule = { failures: 5, resetMs: 60_000 };
const of = (job: number) => ({ engine: 'sketch', jobId: jobNumber(job) });

const fail = (job = 1, atOnce = false): EngineCommand => ({
  type: 'fail',
  ...of(job),
  ...{ code: 'engine_unavailable', reference: 'r', atOnce, rule, now },
});
const succeed = (job = 1): EngineCommand => ({ type: 'succeed', ...of(job) });
const probe = (at: Date, job = 1): EngineCommand => ({
  type: 'probe',
  ...of(job),
  ...{ worker: 'worker:1', now: at },
});
const release = (job = 1): EngineCommand => ({ type: 'release', ...of(job), now, afterMs: 0 });

const recover = (at: Date): EngineCommand => ({ type: 'recover', engine: 'sketch', now: at });

const fourFailures = [engineFailed(1), engineFailed(2), engineFailed(3), engineFailed(4)];
const opened = [...fourFailures, engineFailed(5), circuitOpened(5, inAMinute)];
const halfOpened = [...opened, circuitHalfOpened(5)];

describe('a circuit that is closed', () => {
  it('counts failures in a row, and opens with the fifth for a minute', () => {
    given([])
      .when(fail())
      .then([engineFailed(1)]);
    given(fourFailures)
      .when(fail())
      .then([engineFailed(5), circuitOpened(5, inAMinute)]);
  });

  it('begins to count anew after a success', () => {
    given(fourFailures)
      .when(succeed())
      .then([engineSucceeded(4)]);
    given([...fourFailures, engineSucceeded(4)])
      .when(fail())
      .then([engineFailed(1)]);
  });

  it('says nothing of a success that changes nothing', () => {
    given([]).when(succeed()).thenNothing();
  });

  it('opens at once where the engine refuses us, for it would refuse every job', () => {
    given([])
      .when(fail(1, true))
      .then([engineFailed(1), circuitOpened(1, inAMinute, 'account')]);
  });

  it('has no probe', () => {
    given(fourFailures).when(probe(inAMinute)).thenNothing();
    given(fourFailures).when(release()).thenNothing();
  });
});

describe('a circuit that is open', () => {
  it('is not tried before its time, and then by one', () => {
    given(opened)
      .when(probe(new Date(inAMinute.getTime() - 1)))
      .thenNothing();
    given(opened)
      .when(probe(inAMinute))
      .then([circuitHalfOpened(5)]);
    given(halfOpened).when(probe(inAMinute, 2)).thenNothing();
  });

  it('is closed past its time where the engine says that it is well, and not before, nor while it is tried', () => {
    given(opened).when(recover(inAMinute)).then([circuitClosed()]);
    given(opened)
      .when(recover(new Date(inAMinute.getTime() - 1)))
      .thenNothing();
    given(halfOpened).when(recover(inAMinute)).thenNothing();
    given([]).when(recover(inAMinute)).thenNothing();
  });

  it('learns nothing from jobs that were begun before it opened', () => {
    given(opened).when(fail(2)).thenNothing();
    given(opened).when(succeed(2)).thenNothing();
    given(halfOpened).when(fail(2)).thenNothing();
    given(halfOpened).when(succeed(2)).thenNothing();
  });
});

describe('a circuit that is half open', () => {
  it('closes when its probe is drawn', () => {
    given(halfOpened)
      .when(succeed())
      .then([engineSucceeded(5), circuitClosed()]);
    expect(given([...halfOpened, engineSucceeded(5), circuitClosed()]).state).toEqual(closedCircuit);
  });

  it('is open for another minute when its probe fails', () => {
    given(halfOpened)
      .when(fail())
      .then([engineFailed(6), circuitOpened(6, inAMinute, 'probe_failed')]);
  });

  it('may be tried again at once when its probe tells nothing', () => {
    given(halfOpened)
      .when(release())
      .then([circuitOpened(5, now, 'probe_without_verdict')]);
    given(halfOpened).when(release(2)).thenNothing();
  });
});

describe('whatever happens to an engine', () => {
  const anyCommand = fc
    .tuple(fc.constantFrom('fail', 'refuse', 'succeed', 'probe', 'release'), fc.integer({ min: 1, max: 3 }))
    .map(([kind, job]): EngineCommand => {
      if (kind === 'fail' || kind === 'refuse') return fail(job, kind === 'refuse');
      if (kind === 'succeed') return succeed(job);
      return kind === 'probe' ? probe(inAMinute, job) : release(job);
    });

  it('the last event alone tells how its circuit is, and at most one job tries it at a time', () => {
    fc.assert(
      fc.property(fc.array(anyCommand, { maxLength: 60 }), (commands) => {
        let happened: readonly EngineEvent[] = [];
        for (const command of commands) {
          const { state } = given(happened);
          const facts = engineDecider.decide(command, state);
          if (state.status === 'half_open')
            expect(facts.map(({ type }) => type)).not.toContain('CircuitHalfOpened');
          happened = [...happened, ...facts];
          const last = happened.at(-1);
          expect(given(happened).state).toEqual(last === undefined ? closedCircuit : circuitAfter(last));
        }
      }),
    );
  });
});
