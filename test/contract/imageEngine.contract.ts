import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureCodes } from '../../src/events/failures.ts';
import {
  type DrawingNews,
  type DrawingOrder,
  EngineError,
  type ImageEngine,
  type Submission,
} from '../../src/workers/engines/imageEngine.ts';

export interface OpenedImageEngine {
  readonly engine: ImageEngine;
  /** An order that keeps the engine busy until it is aborted: it must not finish within seconds. */
  readonly endless: DrawingOrder;
  close(): Promise<void>;
}

export const smallOrder: DrawingOrder = {
  prompt: 'a lighthouse at sunset',
  negativePrompt: null,
  width: 64,
  height: 96,
  steps: 4,
  seed: 7,
  count: 1,
  model: null,
};

/** What an engine can't by its nature: docs/engines.md says so to people. */
export interface Lacks {
  /** A picture can't be drawn again: it takes no seed. */
  readonly seeds?: true;
  /** The size of the contract's order is too small for it: it draws a larger one, and says so. */
  readonly smallSizes?: true;
}

/** What every image engine promises to the worker that drives it. */
export function imageEngineContract(
  name: string,
  open: () => Promise<OpenedImageEngine>,
  lacks: Lacks = {},
): void {
  describe(`image engine: ${name}`, () => {
    let opened: OpenedImageEngine;
    let engine: ImageEngine;
    beforeAll(async () => {
      opened = await open();
      engine = opened.engine;
    });
    afterAll(() => opened.close());

    it('ends in finished, exactly once, after progress that never goes back', async () => {
      const news = await allNews(engine, smallOrder);
      expect(news.filter(({ kind }) => kind === 'finished')).toHaveLength(1);
      expect(news.at(-1)?.kind).toBe('finished');
      let before = 0;
      for (const told of news.slice(0, -1)) {
        if (told.kind === 'submitted') continue;
        if (told.kind !== 'progress') throw new Error('finished before the end');
        expect(told.step).toBeGreaterThanOrEqual(before);
        expect(told.step).toBeLessThanOrEqual(told.steps);
        expect(told.stage).not.toBe('');
        before = told.step;
      }
    });

    it.skipIf(lacks.smallSizes)(
      'draws pictures of the size that was ordered, with bytes of the type it names',
      async () => {
        const [picture] = await pictures(engine, smallOrder);
        expect(picture).toMatchObject({ width: smallOrder.width, height: smallOrder.height });
        expect(typeOf(picture?.bytes ?? new Uint8Array())).toBe(picture?.contentType);
      },
    );

    it('draws as many pictures as were ordered, picture n with seed + n modulo 2^32', async () => {
      const drawn = await pictures(engine, { ...smallOrder, count: 3, seed: 2 ** 32 - 1 });
      expect(drawn.map(({ seed }) => seed)).toEqual([2 ** 32 - 1, 0, 1]);
    });

    it.skipIf(lacks.seeds)('draws one picture of several again alone, from its own seed', async () => {
      const [, second] = await pictures(engine, { ...smallOrder, count: 2 });
      const [alone] = await pictures(engine, { ...smallOrder, seed: smallOrder.seed + 1 });
      expect(Buffer.from(alone?.bytes ?? []).equals(Buffer.from(second?.bytes ?? []))).toBe(true);
    });

    it('counts steps over all pictures', async () => {
      const news = await allNews(engine, { ...smallOrder, count: 2 });
      const steps = news.flatMap((told) => (told.kind === 'progress' ? [told.steps] : []));
      expect(new Set(steps).size).toBe(1);
    });

    it('shows previews no larger than 256 pixels', async () => {
      const news = await allNews(engine, { ...smallOrder, width: 512, height: 320 });
      for (const told of news) {
        if (told.kind !== 'progress' || told.preview === null) continue;
        expect(Math.max(told.preview.width, told.preview.height)).toBeLessThanOrEqual(256);
        expect(typeOf(told.preview.bytes)).toBe(told.preview.contentType);
      }
    });

    it('draws several orders at the same time', async () => {
      const all = await Promise.all(
        [1, 2, 3, 4, 5, 6].map((seed) => pictures(engine, { ...smallOrder, seed })),
      );
      expect(all.map(([picture]) => picture?.seed)).toEqual([1, 2, 3, 4, 5, 6]);
    });

    it('stops soon once aborted, and throws the reason it was aborted for', async () => {
      const abort = new AbortController();
      const reason = new Error('the person changed their mind');
      let abortedAt = Number.POSITIVE_INFINITY;
      const drawing = async (): Promise<void> => {
        for await (const _ of engine.draw(opened.endless, abort.signal)) {
          abortedAt = Math.min(abortedAt, performance.now());
          abort.abort(reason);
        }
      };
      await expect(drawing()).rejects.toBe(reason);
      expect(performance.now() - abortedAt).toBeLessThan(10_000);
    });

    it('says that it is well', async () => {
      await engine.health(new AbortController().signal);
    });

    it('draws nothing when it is aborted before it begins', async () => {
      const drawing = allNews(engine, smallOrder, AbortSignal.abort(new Error('too late')));
      await expect(drawing).rejects.toThrow('too late');
    });

    it('draws on after a drawing was aborted or left', async () => {
      for await (const _ of engine.draw(opened.endless, new AbortController().signal)) break;
      expect(await pictures(engine, smallOrder)).toHaveLength(1);
    });

    it('refuses a model it does not have, with a code of the catalogue and no promise that trying again helps', async () => {
      const error = await allNews(engine, { ...smallOrder, model: 'no such model' }).catch((e: unknown) => e);
      if (!(error instanceof EngineError)) throw new Error('expected an EngineError');
      expect(failureCodes).toContain(error.code);
      expect(error.retryable).toBe(false);
    });
  });
}

export async function allNews(
  engine: ImageEngine,
  order: DrawingOrder,
  signal: AbortSignal = new AbortController().signal,
  submitted: readonly Submission[] = [],
): Promise<DrawingNews[]> {
  const news: DrawingNews[] = [];
  for await (const told of engine.draw(order, signal, submitted)) news.push(told);
  return news;
}

export async function pictures(
  engine: ImageEngine,
  order: DrawingOrder,
  submitted: readonly Submission[] = [],
) {
  const last = (await allNews(engine, order, new AbortController().signal, submitted)).at(-1);
  if (last?.kind !== 'finished') throw new Error('the drawing did not finish');
  return last.pictures;
}

/** What the first bytes say that the picture is. */
function typeOf(bytes: Uint8Array): string {
  const start = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  if (start.startsWith('\x89PNG')) return 'image/png';
  if (start.startsWith('\xff\xd8')) return 'image/jpeg';
  return start.startsWith('RIFF') && start.endsWith('WEBP') ? 'image/webp' : 'unknown';
}
