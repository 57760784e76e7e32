import { createBflEngine } from '../../src/workers/engines/bfl/bflEngine.ts';
import { openBflServer } from '../support/engines/bflServer.ts';
import { imageEngineContract, smallOrder } from './imageEngine.contract.ts';

imageEngineContract(
  'bfl',
  async () => {
    const server = await openBflServer();
    const engine = createBflEngine({ url: server.url, apiKey: 'key', models: ['flux-pro-1.1'], pollMs: 5 });
    // The contract's endless order is the only one of eight pictures.
    const draw: typeof engine.draw = (order, signal) => {
      server.behaviour.isEndless = order.count === 8;
      return engine.draw(order, signal);
    };
    return { engine: { ...engine, draw }, endless: { ...smallOrder, count: 8 }, close: server.close };
  },
  { smallSizes: true },
);
