import { type DrawingNews, type DrawingOrder, EngineError, type ImageEngine } from './imageEngine.ts';

/**
 * Several engines as one. An order goes to the first that has its model, or, where it names none, to the
 * first of all. The next one that could draw it stands in where an engine is out of reach or busy, but only
 * while nothing was drawn: a picture that has begun is finished or fails where it is.
 */
export const routeBetween = (engines: readonly ImageEngine[]): ImageEngine => ({
  name: engines.map(({ name }) => name).join(','),
  models: engines.flatMap(({ models }) => models),
  draw: (order, signal) => draw(engines, order, signal),
  async close() {
    await Promise.all(engines.map((engine) => engine.close()));
  },
});

async function* draw(
  engines: readonly ImageEngine[],
  order: DrawingOrder,
  signal: AbortSignal,
): AsyncGenerator<DrawingNews> {
  const able = engines.filter(({ models }) => order.model === null || models.includes(order.model));
  let refusal = new EngineError('engine_rejected', `no engine has the model ${order.model}`, false);
  for (const engine of able) {
    const refused = yield* drawAt(engine, order, signal);
    if (refused === null) return;
    refusal = refused;
  }
  throw refusal;
}

/** Draws at this engine; why not, where another may try. */
async function* drawAt(
  engine: ImageEngine,
  order: DrawingOrder,
  signal: AbortSignal,
): AsyncGenerator<DrawingNews, EngineError | null> {
  let hasBegun = false;
  try {
    for await (const news of engine.draw(order, signal)) {
      hasBegun ||= news.kind === 'finished' || news.step > 0;
      yield news.kind === 'finished' ? { engine: engine.name, ...news } : news;
    }
    return null;
  } catch (cause) {
    const another = cause instanceof EngineError && cause.code === 'engine_unavailable' && !hasBegun;
    if (another && !signal.aborted) return cause;
    throw cause;
  }
}
