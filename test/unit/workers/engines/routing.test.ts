import { describe, expect, it } from 'vitest';
import {
  type DrawingNews,
  EngineError,
  type ImageEngine,
} from '../../../../src/workers/engines/imageEngine.ts';
import { routeBetween } from '../../../../src/workers/engines/routing.ts';
import { allNews, smallOrder } from '../../../contract/imageEngine.contract.ts';

const progress = (step: number): DrawingNews => ({
  ...{ kind: 'progress', step, steps: 4, stage: 'drawing', preview: null },
});
const engine = (
  name: string,
  news: readonly DrawingNews[],
  failure?: EngineError,
): ImageEngine & { asked: number } => ({
  name,
  models: [`${name}-1`],
  asked: 0,
  async *draw() {
    this.asked++;
    yield* news;
    if (failure !== undefined) throw failure;
    yield { kind: 'finished', pictures: [], model: `${name}-1` };
  },
  close: async () => {},
});
const away = new EngineError('engine_unavailable', 'nobody listens', true);
const refused = new EngineError('engine_rejected', 'no such size', false);

describe('several engines', () => {
  it('are asked in their order, and the picture says who drew it', async () => {
    const [first, second] = [engine('first', []), engine('second', [])];
    const news = await allNews(routeBetween([first, second]), smallOrder);
    expect(news).toEqual([{ kind: 'finished', pictures: [], model: 'first-1', engine: 'first' }]);
    expect(second.asked).toBe(0);
  });

  it('draw what names a model at the engine that has it', async () => {
    const first = engine('first', []);
    const news = await allNews(routeBetween([first, engine('second', [])]), {
      ...smallOrder,
      model: 'second-1',
    });
    expect(news.at(-1)).toMatchObject({ engine: 'second' });
    expect(first.asked).toBe(0);
  });

  it('stand in for one that is out of reach', async () => {
    const both = routeBetween([engine('first', [progress(0)], away), engine('second', [])]);
    expect((await allNews(both, smallOrder)).at(-1)).toMatchObject({ engine: 'second' });
  });

  it('do not stand in for one that has the only such model', async () => {
    const both = routeBetween([engine('first', [], away), engine('second', [])]);
    await expect(allNews(both, { ...smallOrder, model: 'first-1' })).rejects.toBe(away);
  });

  it('do not stand in once a picture has begun, nor for a refusal', async () => {
    const begun = routeBetween([engine('first', [progress(1)], away), engine('second', [])]);
    await expect(allNews(begun, smallOrder)).rejects.toBe(away);
    const picky = routeBetween([engine('first', [], refused), engine('second', [])]);
    await expect(allNews(picky, smallOrder)).rejects.toBe(refused);
  });

  it('fail as the last of them when all are out of reach', async () => {
    const last = new EngineError('engine_unavailable', 'neither here', true);
    const both = routeBetween([engine('first', [], away), engine('second', [], last)]);
    await expect(allNews(both, smallOrder)).rejects.toBe(last);
  });

  it('refuse a model that none of them has', async () => {
    const none = allNews(routeBetween([engine('first', [])]), { ...smallOrder, model: 'dream-9' });
    await expect(none).rejects.toMatchObject({ code: 'engine_rejected', retryable: false });
  });
});
