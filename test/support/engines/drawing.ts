import {
  type DrawingNews,
  EngineError,
  type ImageEngine,
  type Submission,
} from '../../../src/workers/engines/imageEngine.ts';
import { smallOrder } from '../../contract/imageEngine.contract.ts';

/** A drawing under way, of which a test sees everything that it tells. */
export const begin = (engine: ImageEngine, order = smallOrder, submitted: readonly Submission[] = []) => {
  const abort = new AbortController();
  const news: DrawingNews[] = [];
  const ended = (async () => {
    for await (const told of engine.draw(order, abort.signal, submitted)) news.push(told);
  })();
  // Looked at by the test when it is time; until then a failure is nobody's.
  ended.catch(() => {});
  return { abort, news, ended };
};

/** What was told to be at the engine. */
export const submissionsIn = (news: readonly DrawingNews[]): readonly Submission[] =>
  news.flatMap((told) => (told.kind === 'submitted' ? [told] : []));

/** The EngineError that a drawing ends in. */
export const failureOf = async (drawing: Promise<unknown>): Promise<EngineError> => {
  const cause = await drawing.then(
    () => new Error('it was drawn'),
    (thrown: unknown) => thrown,
  );
  if (cause instanceof EngineError) return cause;
  throw cause;
};
