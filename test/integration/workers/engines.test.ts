import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EngineError } from '../../../src/workers/engines/imageEngine.ts';
import {
  type Drawing,
  drawAtOnce,
  openWorkshop,
  scriptedEngine,
  type Workshop,
} from '../../support/workshop.ts';

describe('several image engines', () => {
  let workshop: Workshop;
  /** What the first does by now. */
  let firstDraws: Drawing;
  const failing = (step: number, code: 'engine_unavailable' | 'engine_rejected'): Drawing =>
    async function* () {
      yield { kind: 'progress', step, steps: 2, stage: 'asking', preview: null };
      throw new EngineError(code, 'as the test wants it', code === 'engine_unavailable');
    };
  const away = failing(0, 'engine_unavailable');
  const open = () => ({
    first: scriptedEngine((signal, prompt) => firstDraws(signal, prompt), { name: 'first', models: ['one'] }),
    second: scriptedEngine(drawAtOnce, { name: 'second', models: ['two'] }),
  });
  let engines: ReturnType<typeof open>;
  beforeEach(async () => {
    workshop = await openWorkshop();
    firstDraws = drawAtOnce;
    engines = open();
  });
  afterEach(() => workshop.close());

  const work = () => workshop.worker([engines.first.engine, engines.second.engine]);
  const drawn = async (text: string, image = {}) => {
    const { engine, model, error } = await workshop.ends(
      await workshop.ask(text, image),
      'completed',
      'failed',
    );
    return error === null ? `${model === 'script-1' ? '' : `${model} `}${engine}` : error.code;
  };
  const circuitOf = (name: string) => workshop.circuitsOf('test').of(name);
  const becomes = (name: string, status: 'open' | 'closed') =>
    vi.waitFor(async () => expect((await circuitOf(name)).status).toBe(status), {
      timeout: 20_000,
      interval: 10,
    });

  it('are asked in their order, or the one that has the model, and the picture says who drew it', async () => {
    work();
    expect(await drawn('a sea')).toBe('first');
    expect(await drawn('a lake', { model: 'two' })).toBe('second');
    expect(engines.second.asked).toEqual(['a lake']);
  });

  it('stand in for one that is out of reach, within the attempt', async () => {
    firstDraws = away;
    work();
    const id = await workshop.ask('a sea');
    expect(await workshop.ends(id, 'completed')).toMatchObject({ engine: 'second', attempt: 1 });
    expect(await circuitOf('first')).toMatchObject({ status: 'closed', failures: 1 });
  });

  it('do not stand in once a picture has begun, nor for a refusal, nor for the only one with such a model', async () => {
    work();
    firstDraws = failing(1, 'engine_rejected');
    expect(await drawn('refused late')).toBe('engine_rejected');
    firstDraws = failing(0, 'engine_rejected');
    expect(await drawn('refused')).toBe('engine_rejected');
    firstDraws = away;
    expect(await drawn('by the first alone', { model: 'one' })).toBe('engine_unavailable');
    firstDraws = failing(1, 'engine_unavailable');
    const id = await workshop.ask('begun');
    await vi.waitFor(async () => expect(await workshop.history(id)).toContain('JobRequeued'), {
      timeout: 20_000,
    });
    expect(engines.second.asked).toEqual([]);
  });

  it('refuse a model that none of them has', async () => {
    work();
    firstDraws = failing(0, 'engine_rejected');
    expect(await drawn('a sea', { model: 'dream-9' })).toBe('engine_rejected');
    expect(engines.second.asked).toEqual([]);
  });

  it('rest each by itself: while one does the next is asked, and only what the other can not draw waits', async () => {
    const { ask, ends, clock } = workshop;
    firstDraws = away;
    work();
    for (let n = 0; n < 5; n += 1) expect(await drawn(`picture ${n}`)).toBe('second');
    await becomes('first', 'open');
    expect((await circuitOf('second')).status).toBe('closed');
    const asked = engines.first.asked.length;

    const waits = await ask('by the first alone', { model: 'one' });
    await ends(waits, 'queued');
    const later = await ends(await ask('by any'), 'completed');
    expect(later).toMatchObject({ engine: 'second', attempt: 1 });
    expect(await ends(waits, 'queued')).toMatchObject({ attempt: 0, error: null });
    expect(engines.first.asked).toHaveLength(asked);

    firstDraws = drawAtOnce;
    clock.ahead = 62_000;
    expect(await ends(waits, 'completed')).toMatchObject({ engine: 'first', attempt: 1 });
    await becomes('first', 'closed');
  });

  it('let a job wait only while all that can draw it rest', async () => {
    const { ask, ends } = workshop;
    firstDraws = away;
    const both = [engines.first.engine, scriptedEngine(away, { name: 'second', models: ['two'] }).engine];
    workshop.worker(both);
    const jobs = await Promise.all(Array.from({ length: 5 }, (_, n) => ask(`picture ${n}`)));
    await becomes('first', 'open');
    await becomes('second', 'open');
    for (const id of jobs) expect((await ends(id, 'queued')).error).toBeNull();
  });
});
