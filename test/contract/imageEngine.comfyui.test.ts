import { createComfyuiEngine } from '../../src/workers/engines/comfyui/comfyuiEngine.ts';
import { readWorkflow } from '../../src/workers/engines/comfyui/workflow.ts';
import { openComfyuiServer } from '../support/engines/comfyuiServer.ts';
import { imageEngineContract, smallOrder } from './imageEngine.contract.ts';

imageEngineContract('comfyui', async () => {
  const server = await openComfyuiServer();
  server.behaviour.stepMs = 2;
  const engine = createComfyuiEngine({
    url: server.url,
    workflows: [readWorkflow('sdxl'), readWorkflow('flux')],
    pollMs: 20,
  });
  return {
    engine,
    endless: { ...smallOrder, steps: 150, count: 8, width: 512, height: 512 },
    close: async () => {
      await engine.close();
      await server.close();
    },
  };
});
