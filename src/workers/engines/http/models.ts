import { EngineError } from '../imageEngine.ts';

/** The model that an order names, or the usual one: the first. @throws EngineError where there is no such */
export const modelFor = (engine: string, models: readonly string[], asked: string | null): string => {
  const model = asked === null ? models[0] : models.find((name) => name === asked);
  if (model === undefined)
    throw new EngineError('engine_rejected', `engine ${engine} has no model ${asked}`, false);
  return model;
};
