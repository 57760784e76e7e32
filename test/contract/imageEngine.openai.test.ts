import { createOpenaiEngine } from '../../src/workers/engines/openai/openaiEngine.ts';
import { openOpenaiServer } from '../support/engines/openaiServer.ts';
import { imageEngineContract, smallOrder } from './imageEngine.contract.ts';

const open = async (models: readonly string[]) => {
  const server = await openOpenaiServer();
  const engine = createOpenaiEngine({ url: server.url, models });
  // The contract's endless order is the only one of eight pictures.
  const draw: typeof engine.draw = (order, signal) => {
    server.behaviour.isEndless = order.count === 8;
    return engine.draw(order, signal);
  };
  return { engine: { ...engine, draw }, endless: { ...smallOrder, count: 8 }, close: server.close };
};

// A model of somebody's own server takes any size; those of OpenAI take three.
imageEngineContract('openai, a server that speaks its API', () => open(['local-model']), { seeds: true });
