import type { ImageEngine } from './engines/imageEngine.ts';

type Drawing = Pick<ImageEngine, 'name' | 'models'>;

/**
 * The engines that can draw what names this model, or none, in the order in which they are asked. Where there is
 * none it is the first of all: it refuses the model in its own words.
 */
export const enginesFor = <Engine extends Drawing>(
  engines: readonly Engine[],
  model: string | null,
): readonly Engine[] => {
  const able = engines.filter(({ models }) => model === null || models.includes(model));
  return able.length > 0 ? able : engines.slice(0, 1);
};
