import { createAutomatic1111Engine } from '../../src/workers/engines/automatic1111/automatic1111Engine.ts';
import { openAutomatic1111Server } from '../support/engines/automatic1111Server.ts';
import { imageEngineContract, smallOrder } from './imageEngine.contract.ts';

imageEngineContract('automatic1111', async () => {
  const server = await openAutomatic1111Server();
  server.behaviour.stepMs = 2;
  const engine = createAutomatic1111Engine({ url: server.url, models: ['loaded'], pollMs: 5 });
  return {
    engine,
    endless: { ...smallOrder, steps: 150, count: 8 },
    close: async () => {
      await engine.close();
      await server.close();
    },
  };
});
