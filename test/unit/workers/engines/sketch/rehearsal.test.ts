import { describe, expect, it } from 'vitest';
import { failureCodes, failures } from '../../../../../src/events/failures.ts';
import { EngineError, type ImageEngine } from '../../../../../src/workers/engines/imageEngine.ts';
import { actAt, readRehearsal } from '../../../../../src/workers/engines/sketch/rehearsal.ts';
import { createSketchEngine } from '../../../../../src/workers/engines/sketch/sketchEngine.ts';

const order = {
  prompt: '',
  negativePrompt: null,
  width: 64,
  height: 64,
  steps: 8,
  seed: 1,
  count: 1,
  model: null,
};

async function withEngine(stepMs: number, work: (engine: ImageEngine) => Promise<void>): Promise<void> {
  const engine = createSketchEngine({ stepMs });
  try {
    await work(engine);
  } finally {
    await engine.close();
  }
}

describe('rehearsing failures', () => {
  it('acts out nothing unless it is asked to in square brackets', () => {
    for (const prompt of ['a fox', 'an epic fail', 'a slow river', 'silent night', 'fail:timeout']) {
      expect(readRehearsal(prompt)).toEqual({ failWith: null, slowness: 1, silent: false, prompt });
    }
  });

  it('fails with any code of the catalogue, and with engine_rejected where none or no known one is named', () => {
    for (const code of failureCodes) expect(readRehearsal(`x [fail:${code}]`).failWith).toBe(code);
    expect(readRehearsal('x [fail]').failWith).toBe('engine_rejected');
    expect(readRehearsal('x [fail:toString]').failWith).toBe('engine_rejected');
  });

  it('draws the same picture with its directions as without', () => {
    expect(readRehearsal('[slow] a fox [fail: timeout]').prompt).toBe('a fox');
  });

  it('fails half-way and falls silent a quarter of the way in', () => {
    const acts = (prompt: string): string[] =>
      [1, 2, 3, 4, 5, 6, 7, 8].map((step) => actAt(readRehearsal(prompt), step, 8));
    expect(acts('[fail]').indexOf('fail')).toBe(3);
    expect(acts('[silent]').indexOf('fall silent')).toBe(2);
    expect(new Set(acts('a fox'))).toEqual(new Set(['go on']));
  });

  it('throws the EngineError after some progress, retryable as the catalogue says', () =>
    withEngine(0, async (engine) => {
      for (const code of ['engine_rejected', 'out_of_memory'] as const) {
        let steps = 0;
        const drawing = async (): Promise<void> => {
          const draw = engine.draw({ ...order, prompt: `sea [fail:${code}]` }, new AbortController().signal);
          for await (const _ of draw) steps++;
        };
        const error = await drawing().catch((thrown: unknown) => thrown);
        if (!(error instanceof EngineError)) throw new Error('expected an EngineError');
        expect(error).toMatchObject({ code, retryable: failures[code].retryable });
        expect(steps).toBe(3);
      }
    }));

  it('makes no progress when silent, until it is aborted', () =>
    withEngine(0, async (engine) => {
      const abort = new AbortController();
      const news = engine.draw({ ...order, prompt: 'sea [silent]' }, abort.signal)[Symbol.asyncIterator]();
      await news.next();
      await news.next();
      const third = news.next();
      const winner = await Promise.race([third.then(() => 'progress'), settled().then(() => 'silence')]);
      expect(winner).toBe('silence');
      abort.abort(new Error('stuck'));
      await expect(third).rejects.toThrow('stuck');
    }));

  it('takes ten times as long for a step when slow', () =>
    withEngine(10, async (engine) => {
      const began = performance.now();
      const draw = engine.draw({ ...order, prompt: 'sea [slow]', steps: 3 }, new AbortController().signal);
      for await (const _ of draw);
      expect(performance.now() - began).toBeGreaterThan(290);
    }));
});

/** The engine has had many turns of the event loop in which it could have made progress. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 2000; turn++) await new Promise((resolve) => setImmediate(resolve));
}
