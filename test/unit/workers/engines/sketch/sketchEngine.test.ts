import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { afterEach, describe, expect, it } from 'vitest';
import type {
  DrawingNews,
  DrawingOrder,
  ImageEngine,
} from '../../../../../src/workers/engines/imageEngine.ts';
import { startDrawingThread } from '../../../../../src/workers/engines/sketch/drawingThread.ts';
import { startPainting } from '../../../../../src/workers/engines/sketch/painting.ts';
import { createSketchEngine } from '../../../../../src/workers/engines/sketch/sketchEngine.ts';
import { createThreadPool } from '../../../../../src/workers/engines/sketch/threadPool.ts';

const order: DrawingOrder = {
  prompt: 'a boat on a lake at dawn',
  negativePrompt: null,
  width: 64,
  height: 64,
  steps: 16,
  seed: 3,
  count: 1,
  model: null,
};

let engine: ImageEngine | null = null;
const opened = (stepMs: number, threads?: number): ImageEngine => {
  engine = createSketchEngine(threads === undefined ? { stepMs } : { stepMs, threads });
  return engine;
};
afterEach(async () => {
  await engine?.close();
  engine = null;
});

async function news(
  from: ImageEngine,
  what: DrawingOrder,
  signal = new AbortController().signal,
): Promise<DrawingNews[]> {
  const all: DrawingNews[] = [];
  for await (const told of from.draw(what, signal)) all.push(told);
  return all;
}

const finished = (all: readonly DrawingNews[]) => {
  const last = all.at(-1);
  if (last?.kind !== 'finished') throw new Error('the drawing did not finish');
  return last;
};
const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('the sketch engine', () => {
  it('tells every step in order, with a stage in words and a preview about every eighth of the way', async () => {
    const all = await news(opened(0), order);
    const progress = all.filter((told) => told.kind === 'progress');
    expect(progress.map(({ step }) => step)).toEqual(Array.from({ length: 16 }, (_, index) => index + 1));
    expect(new Set(progress.map(({ stage }) => stage)).size).toBeGreaterThan(2);
    expect(progress.filter(({ preview }) => preview !== null).map(({ step }) => step)).toEqual([
      2, 4, 6, 8, 10, 12, 14, 16,
    ]);
    expect(progress.at(-1)?.preview).toMatchObject({ contentType: 'image/jpeg', width: 64, seed: 3 });
    expect(finished(all).model).toBe('sketch-1');
  });

  it('draws in its thread the very bytes that painting gives here, whatever the steps and their length', async () => {
    const painting = startPainting(order);
    painting.advance(1);
    const here = hash(painting.png());
    expect(hash(finished(await news(opened(0), order)).pictures[0]?.bytes ?? new Uint8Array())).toBe(here);
    expect(
      hash(finished(await news(opened(3), { ...order, steps: 5 })).pictures[0]?.bytes ?? new Uint8Array()),
    ).toBe(here);
  });

  it('takes at least stepMs for each step', async () => {
    const began = performance.now();
    await news(opened(40), { ...order, steps: 5 });
    expect(performance.now() - began).toBeGreaterThanOrEqual(5 * 40 - 5);
  });

  it('keeps the event loop free while it draws a large picture', async () => {
    const drawing = opened(0);
    await news(drawing, order);
    const before = performance.eventLoopUtilization();
    await news(drawing, { ...order, width: 1024, height: 1024, steps: 30 });
    // Drawn in this thread, it would be near 1. A share, not a time: other programs hold up any process.
    expect(performance.eventLoopUtilization(before).utilization).toBeLessThan(0.5);
  });

  it('stops within a second when aborted in the middle of a step, and draws on afterwards', async () => {
    const drawing = opened(0);
    const abort = new AbortController();
    const large = news(drawing, { ...order, width: 1536, height: 1536, steps: 1 }, abort.signal);
    const asked = performance.now();
    abort.abort(new Error('enough'));
    await expect(large).rejects.toThrow('enough');
    expect(performance.now() - asked).toBeLessThan(1000);
    expect(finished(await news(drawing, order)).pictures).toHaveLength(1);
  });

  it('lets further drawings wait for a thread, and lets them leave the line when aborted', async () => {
    const drawing = opened(1, 1);
    const abort = new AbortController();
    const first = news(drawing, order);
    const second = news(drawing, { ...order, seed: 4 }, abort.signal);
    const third = news(drawing, { ...order, seed: 5 });
    abort.abort(new Error('no longer'));
    await expect(second).rejects.toThrow('no longer');
    expect(finished(await first).pictures[0]?.seed).toBe(3);
    expect(finished(await third).pictures[0]?.seed).toBe(5);
  });

  it('ends running and waiting drawings as unavailable when it is closed, and draws no more', async () => {
    const drawing = opened(50, 1);
    const running = news(drawing, order);
    const waiting = news(drawing, order);
    const outcomes = Promise.allSettled([running, waiting]);
    await drawing.close();
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({
        status: 'rejected',
        reason: { code: 'engine_unavailable', retryable: true },
      });
    }
    await expect(news(drawing, order)).rejects.toMatchObject({ code: 'engine_unavailable' });
    await drawing.close();
  });

  it.each([
    [{ width: 32 }, 'invalid_request'],
    [{ height: 100_000 }, 'invalid_request'],
    [{ steps: 0 }, 'invalid_request'],
    [{ count: 9 }, 'invalid_request'],
    [{ model: 'flux' }, 'engine_rejected'],
  ])('refuses %o as %s, without a promise that trying again helps', async (wrong, code) => {
    await expect(news(opened(0), { ...order, ...wrong })).rejects.toMatchObject({ code, retryable: false });
  });
});

describe('a drawing thread', () => {
  const crashing = (code: string): URL => new URL(`data:text/javascript,${encodeURIComponent(code)}`);

  it('that crashes fails the drawing as internal, to be tried again', async () => {
    const thread = startDrawingThread(crashing('throw new Error("boom")'));
    await expect(thread.ask({ kind: 'finish' })).rejects.toMatchObject({ code: 'internal', retryable: true });
    expect(thread.usable).toBe(false);
  });

  it('that exits fails the drawing as unavailable, and so does every later question', async () => {
    const thread = startDrawingThread(crashing('process.exit(3)'));
    await expect(thread.ask({ kind: 'finish' })).rejects.toMatchObject({
      code: 'engine_unavailable',
      retryable: true,
    });
    await expect(thread.ask({ kind: 'finish' })).rejects.toMatchObject({ code: 'engine_unavailable' });
  });

  it('that runs out of memory fails the drawing as out of memory', async () => {
    const hungry = 'const all = []; for (;;) all.push(new Array(1e6).fill(Math.random()));';
    const thread = startDrawingThread(crashing(hungry));
    await expect(thread.ask({ kind: 'finish' })).rejects.toMatchObject({
      code: 'out_of_memory',
      retryable: true,
    });
  });

  it('that is asked wrongly says so and stays usable', async () => {
    const thread = startDrawingThread();
    await expect(thread.ask({ kind: 'finish' })).rejects.toMatchObject({ code: 'internal' });
    expect(thread.usable).toBe(true);
    await thread.end();
  });
});

describe('the pool of threads', () => {
  it('lends a returned thread again, and replaces one that is gone', async () => {
    const { signal } = new AbortController();
    let started = 0;
    const pool = createThreadPool({
      most: 1,
      kept: 1,
      start: () => {
        started++;
        return startDrawingThread();
      },
    });
    const first = await pool.borrow(signal);
    pool.giveBack(first);
    expect(await pool.borrow(signal)).toBe(first);
    await first.end();
    pool.giveBack(first);
    const second = await pool.borrow(signal);
    expect(second).not.toBe(first);
    expect(started).toBe(2);
    pool.giveBack(second);
    await pool.close();
  });
});
