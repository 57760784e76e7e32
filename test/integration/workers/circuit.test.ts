import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { exchange } from '../../../src/workers/engines/http/exchange.ts';
import { EngineError, type ImageEngine } from '../../../src/workers/engines/imageEngine.ts';
import { recordedIn } from '../../support/readLog.ts';
import { adas } from '../../support/story.ts';
import {
  drawAtOnce,
  drawNever,
  openWorkshop,
  scriptedEngine,
  type Workshop,
} from '../../support/workshop.ts';

/** Where a server was until just now. */
const addressOfNobody = async (): Promise<URL> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no address');
  server.close();
  await once(server, 'close');
  return new URL(`http://127.0.0.1:${address.port}`);
};

describe('the circuit before an image engine', () => {
  let workshop: Workshop;
  /** What the engine does by now. */
  let engineIs: 'down' | 'well' | 'silent' | 'picky';
  let engine: ImageEngine;
  let asked: readonly string[];

  beforeEach(async () => {
    workshop = await openWorkshop();
    engineIs = 'down';
    ({ engine, asked } = scriptedEngine((signal, prompt) => {
      if (engineIs === 'well') return drawAtOnce(signal, prompt);
      if (engineIs === 'silent') return drawNever(signal, prompt);
      const [code, retryable] =
        engineIs === 'down'
          ? (['engine_unavailable', true] as const)
          : (['content_rejected', false] as const);
      return (async function* () {
        yield { kind: 'progress', step: 0, steps: 2, stage: 'asking', preview: null };
        throw new EngineError(code, 'as the test wants it', retryable);
      })();
    }));
  });
  afterEach(() => workshop.close());

  const circuit = () => workshop.circuitsOf('test').of('scripted');
  const becomes = (status: 'closed' | 'open' | 'half_open') =>
    vi.waitFor(async () => expect((await circuit()).status).toBe(status), { timeout: 20_000, interval: 10 });

  /** Five jobs whose first attempts fail. */
  const openIt = async () => {
    const jobs = await Promise.all(Array.from({ length: 6 }, (_, n) => workshop.ask(`picture ${n}`)));
    workshop.worker(engine);
    await becomes('open');
    return jobs;
  };

  it('opens after five failures in a row; jobs wait then, and are drawn in order once the engine is well', async () => {
    const { ends, clock, engineHistory } = workshop;
    const jobs = await openIt();
    expect(asked).toHaveLength(5);
    for (const id of jobs) expect((await ends(id, 'queued')).error).toBeNull();
    const later = await workshop.ask('picture 6');
    await ends(later, 'queued');

    engineIs = 'well';
    clock.ahead = 62_000;
    for (const id of [...jobs, later]) await ends(id, 'completed');
    await becomes('closed');
    expect((await engineHistory()).slice(-4)).toEqual([
      'CircuitOpened',
      'CircuitHalfOpened',
      'EngineSucceeded',
      'CircuitClosed',
    ]);
    expect(asked).toHaveLength(5 + 7);
  });

  it('names the event of the job that moved it, and the request that the job began with', async () => {
    await openIt();
    const all = await recordedIn(workshop.log);
    const ofEngine = all.filter(({ stream }) => stream === 'engine-scripted');
    expect(ofEngine.map(({ type }) => type)).toEqual([...Array(5).fill('EngineFailed'), 'CircuitOpened']);
    for (const { metadata } of ofEngine) {
      const cause = all.find(({ id }) => id === metadata.causationId);
      expect(cause?.stream).toMatch(/^job-/);
      expect(cause?.metadata.correlationId).toBe(metadata.correlationId);
    }
  });

  it('is tried with one job at a time by many workers, and opens again when that fails', async () => {
    const { clock, engineHistory, worker } = workshop;
    await openIt();
    worker(engine, { slots: 3 });
    worker(engine, { slots: 3 });
    for (const ahead of [62_000, 124_000]) {
      const before = asked.length;
      clock.ahead = ahead;
      await vi.waitFor(() => expect(asked.length).toBe(before + 1), { timeout: 20_000 });
      await becomes('open');
    }
    const types = await engineHistory();
    expect(types.filter((type) => type === 'CircuitHalfOpened')).toHaveLength(2);
    expect(types.filter((type) => type === 'EngineFailed')).toHaveLength(7);
  });

  it('takes no job its last attempt: it waits until the engine is well, however often it was tried', async () => {
    const { ends, clock } = workshop;
    const jobs = await openIt();
    // Two attempts are allowed, twelve in all; each probe is one more of some job.
    for (let tries = 1; tries <= 9; tries += 1) {
      const before = asked.length;
      clock.ahead = tries * 62_000;
      await vi.waitFor(() => expect(asked.length).toBe(before + 1), { timeout: 20_000 });
      await becomes('open');
    }
    const waiting = await Promise.all(jobs.map((id) => ends(id, 'queued')));
    expect(Math.max(...waiting.map(({ attempt }) => attempt))).toBeGreaterThan(2);
    engineIs = 'well';
    clock.ahead += 62_000;
    for (const id of jobs) await ends(id, 'completed');
  });

  it('lets a lone picture wait while nobody listens at the engine’s address, until it opens and after it', async () => {
    const { ask, ends, clock, worker, readModel } = workshop;
    const url = await addressOfNobody();
    const restarted = scriptedEngine((signal, prompt) =>
      engineIs === 'well'
        ? drawAtOnce(signal, prompt)
        : (async function* () {
            yield { kind: 'progress', step: 0, steps: 2, stage: 'asking', preview: null };
            await exchange({ url, timeoutMs: 10_000, maxBytes: 1_000, signal });
          })(),
    );
    worker(restarted.engine);
    const id = await ask('picture');
    // Two attempts are allowed; the fifth failure opens the circuit, the sixth is the probe's.
    for (let tries = 1; tries <= 6; tries += 1) {
      const hasFailed = async () =>
        expect(await readModel.job(id)).toMatchObject({ status: 'queued', attempt: tries });
      await vi.waitFor(hasFailed, { timeout: 20_000 });
      clock.ahead += 62_000;
    }
    engineIs = 'well';
    clock.ahead += 62_000;
    expect((await ends(id, 'completed')).attempt).toBeGreaterThan(6);
  });

  it('stays closed whatever people ask for: refused prompts, and limits that they set themselves', async () => {
    const { ask, ends, engineHistory, worker } = workshop;
    engineIs = 'picky';
    worker(engine, { slots: 3 });
    for (const id of await Promise.all(Array.from({ length: 6 }, (_, n) => ask(`picture ${n}`))))
      await ends(id, 'failed');
    engineIs = 'silent';
    await ends(await ask('slow', { timeoutMs: 1_000 }), 'failed');
    expect(await engineHistory()).toEqual([]);
  });

  it('may be tried again at once when its probe is cancelled', async () => {
    const { clock, commands, ends, engineHistory } = workshop;
    const jobs = await openIt();
    engineIs = 'silent';
    clock.ahead = 62_000;
    await becomes('half_open');
    const state = await circuit();
    const probe = jobs.find((id) => state.status === 'half_open' && id === state.jobId);
    if (probe === undefined) throw new Error('one of the jobs is the probe');
    await ends(probe, 'running');
    engineIs = 'well';
    await commands.cancelJob(adas(), probe);
    for (const id of jobs) await ends(id, 'completed', 'cancelled');
    expect((await engineHistory()).filter((type) => type === 'CircuitHalfOpened')).toHaveLength(2);
  });

  it('is freed by the sweep when the worker that tried it is gone', async () => {
    const { circuitsOf, sweep: sweepBy, clock, ask, ends } = workshop;
    const id = await ask('picture');
    await ends(id, 'queued');
    const dead = circuitsOf('worker:dead');
    for (let n = 0; n < 5; n += 1)
      await dead.failed('scripted', id, { code: 'engine_unavailable', reference: 'r', atOnce: false });
    clock.ahead = 60_000;
    expect(await dead.probe('scripted', id)).toBe(true);
    expect(await circuitsOf('worker:other').probe('scripted', id)).toBe(false);
    let monotonic = 0;
    const sweep = sweepBy(() => monotonic);
    await sweep();
    monotonic = 29_999;
    await sweep();
    expect((await circuit()).status).toBe('half_open');
    monotonic = 30_000;
    await sweep();
    expect((await circuit()).status).toBe('open');
    engineIs = 'well';
    workshop.worker(engine);
    await ends(id, 'completed');
    await becomes('closed');
  });
});
