import { describe, expect, it } from 'vitest';
import type { Circuit } from '../../../src/commands/engine.ts';
import type { Circuits } from '../../../src/workers/circuits.ts';
import { EngineRests } from '../../../src/workers/engineCall.ts';
import { type Blame, EngineError } from '../../../src/workers/engines/imageEngine.ts';
import { judge, stopped } from '../../../src/workers/verdict.ts';
import { jobNumber, request } from '../../support/happened.ts';

const now = new Date('2026-01-01T12:00:00.000Z');
const retryAt = '2026-01-01T12:01:00.000Z';

/** What is told of a cause, where the circuit is then as given, and the one of another engine as `other`. */
const judged = async (
  cause: unknown,
  after: Circuit,
  { timeoutMs = null, other }: { readonly timeoutMs?: number | null; readonly other?: Circuit } = {},
) => {
  const told: string[] = [];
  const circuits: Circuits = {
    of: async (name) => (name === 'sketch' || other === undefined ? after : other),
    async failed(_engine, _job, { atOnce }) {
      told.push(atOnce ? 'failed at once' : 'failed');
      return after;
    },
    async succeeded() {
      told.push('succeeded');
    },
    probe: async () => false,
    recover: async () => undefined,
    async release(_engine, _job, afterMs) {
      told.push(`released after ${afterMs} ms`);
    },
  };
  const claim = {
    jobId: jobNumber(1),
    attempt: 1,
    request: { ...request, timeoutMs },
    timeoutMs: 60_000,
    submitted: [],
    correlationId: 'the request',
  };
  const others = other === undefined ? [] : ['other'];
  const ending = { claim, cause, engine: 'sketch', others, circuits, now: () => now, random: () => 1 };
  return { told, failure: await judge(ending) };
};
const closed: Circuit = { status: 'closed', failures: 1 };
const open: Circuit = { status: 'open', failures: 5, retryAt };
const engineError = (blame: Blame, retryAfterMs?: number) =>
  new EngineError('engine_unavailable', 'why', blame !== 'account', {
    blame,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });

describe('an attempt that ended without a picture', () => {
  it.each([
    ['an error of the engine', engineError('engine'), ['failed']],
    ['an engine that refuses us', engineError('account'), ['failed at once']],
    ['a request that can not be drawn', engineError('request'), ['released after 0 ms']],
    ['an engine that is busy', engineError('load', 7_000), ['released after 7000 ms']],
    ['our own time limit', stopped('timeout'), ['failed']],
    ['a worker that stops', stopped('shutdown'), ['released after 0 ms']],
    ['an attempt that is over', stopped('lost'), ['released after 0 ms']],
    ['an attempt that another goes on with', stopped('handedOver'), ['released after 0 ms']],
    ['a circuit that opened meanwhile', new EngineRests('sketch'), ['released after 0 ms']],
    ['an error of ours', new Error('the disk is full'), ['released after 0 ms']],
  ])('because of %s tells the circuit just that', async (_, cause, told) => {
    expect((await judged(cause, closed)).told).toEqual(told);
  });

  it('says nothing of the engine where the request set the limit itself', async () => {
    expect((await judged(stopped('timeout'), closed, { timeoutMs: 1_000 })).told).toEqual([
      'released after 0 ms',
    ]);
  });

  it.each(['lost', 'handedOver'] as const)('is nobody’s to end where the attempt is %s', async (why) => {
    expect((await judged(stopped(why), closed)).failure).toBeNull();
  });

  it('is the job’s own while the circuit is closed, and spared it while the engine rests', async () => {
    expect((await judged(engineError('engine'), closed)).failure).not.toHaveProperty('spared');
    const { failure } = await judged(engineError('engine'), open);
    expect(failure?.spared?.notBefore).toEqual(new Date(Date.parse(retryAt) + 1_000));
  });

  it('is spared the job where nobody listens at the engine’s address, though the circuit is closed', async () => {
    const because = (code: string) =>
      new EngineError('engine_unavailable', 'why', true, {
        cause: Object.assign(new Error(code), { code }),
      });
    for (const code of ['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH']) {
      const { told, failure } = await judged(because(code), closed);
      expect(told).toEqual(['failed']);
      expect(failure?.spared?.notBefore).toEqual(new Date(now.getTime() + 1_000));
    }
    // A connection that breaks may be this very request that broke the engine.
    expect((await judged(because('ECONNRESET'), closed)).failure).not.toHaveProperty('spared');
  });

  it('lets the job wait no longer than until another engine that can draw it may be asked', async () => {
    const soon = new Date(now.getTime() + 5_000).toISOString();
    for (const [other, from] of [
      [closed, now.getTime()],
      [{ ...open, retryAt: soon }, Date.parse(soon)],
    ] as const) {
      const { failure } = await judged(engineError('engine'), open, { other });
      expect(failure?.spared?.notBefore).toEqual(new Date(from + 1_000));
    }
  });

  it('lets the job wait as long as a busy engine says', async () => {
    const { failure } = await judged(engineError('load', 7_000), closed);
    expect(failure?.spared?.notBefore).toEqual(new Date(now.getTime() + 7_000));
  });

  it('lets the job wait, not fail, where the engine refuses us', async () => {
    expect((await judged(engineError('account'), open)).failure).toMatchObject({ retryable: true });
  });

  it('hands the job back at once where its worker stops', async () => {
    const { failure } = await judged(stopped('shutdown'), closed);
    expect(failure).toMatchObject({ code: 'engine_unavailable', spared: { notBefore: null } });
  });
});
