import { createSketchEngine } from '../../src/workers/engines/sketch/sketchEngine.ts';
import { imageEngineContract, smallOrder } from './imageEngine.contract.ts';

imageEngineContract('sketch', async () => {
  const engine = createSketchEngine({ stepMs: 1 });
  return {
    engine,
    endless: { ...smallOrder, prompt: 'a calm sea [slow]', steps: 150, count: 8 },
    close: () => engine.close(),
  };
});
