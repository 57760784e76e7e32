import type { DeliveryConfig } from '../../src/api/delivery/createDelivery.ts';
import { openMemoryLog } from './deliveryLog.ts';
import { openDeliveryReadModel } from './deliveryReadModel.ts';
import { type DeliveryServer, openDeliveryServer } from './deliveryServer.ts';
import { personCalled, tellStory } from './deliveryStory.ts';

export const ada = personCalled('Ada');
export const ben = personCalled('Ben');
export const eve = personCalled('Eve');

/** Every test's node: a log, what is read from it, and servers over it that are closed at the end. */
export const openNode = async (config: Partial<DeliveryConfig> = {}) => {
  const log = openMemoryLog();
  const { readModel, hold, release } = openDeliveryReadModel(log);
  const servers: DeliveryServer[] = [];
  const serve = async (more: Partial<DeliveryConfig> = {}): Promise<DeliveryServer> => {
    const server = await openDeliveryServer({ log, readModel, config: { ...config, ...more } });
    servers.push(server);
    return server;
  };
  const server = await serve();
  return {
    log,
    story: tellStory(log),
    server,
    serve,
    holdReadModel: hold,
    releaseReadModel: release,
    close: async (): Promise<void> => {
      for (const each of servers) await each.close();
    },
  };
};

export type Node = Awaited<ReturnType<typeof openNode>>;
