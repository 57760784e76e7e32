import { type DrawingNews, EngineError, type ImageEngine } from '../../../src/workers/engines/imageEngine.ts';
import { smallOrder } from '../../contract/imageEngine.contract.ts';

/** A drawing under way, of which a test sees everything that it tells. */
export const begin = (engine: ImageEngine, order = smallOrder) => {
  const abort = new AbortController();
  const news: DrawingNews[] = [];
  const ended = (async () => {
    for await (const told of engine.draw(order, abort.signal)) news.push(told);
  })();
  // Looked at by the test when it is time; until then a failure is nobody's.
  ended.catch(() => {});
  return { abort, news, ended };
};

/** The EngineError that a drawing ends in. */
export const failureOf = async (drawing: Promise<unknown>): Promise<EngineError> => {
  const cause = await drawing.then(
    () => new Error('it was drawn'),
    (thrown: unknown) => thrown,
  );
  if (cause instanceof EngineError) return cause;
  throw cause;
};
