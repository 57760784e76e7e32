import type { DeliveryReadModel } from '../../src/api/delivery/pages.ts';
import type { EventLog } from '../../src/events/log/eventLog.ts';
import { projections } from '../../src/projections/all.ts';
import { openReadModel } from '../../src/projections/reading/openReadModel.ts';
import { startProjections } from '../../src/projections/runner.ts';
import type { ProjectionHealth } from '../../src/projections/tracks.ts';
import { openMemoryLog } from './deliveryLog.ts';
import { openDeliveryReadModel } from './deliveryReadModel.ts';
import { type DeliveryServer, openDeliveryServer, type ServerConfig } from './deliveryServer.ts';
import { personCalled, tellStory } from './deliveryStory.ts';
import { openTestStores, storesName } from './folderStores.ts';

export const ada = personCalled('Ada');
export const ben = personCalled('Ben');
export const eve = personCalled('Eve');

interface Stores {
  readonly log: EventLog;
  readonly readModel: DeliveryReadModel;
  close(): Promise<void>;
}

const openMemory = () => {
  const log = openMemoryLog();
  return { log, ...openDeliveryReadModel(log), close: async (): Promise<void> => {} };
};

/** The real thing: log, documents, projections and read model, of the test's own. */
const openReal = async (): Promise<Stores> => {
  const { log, documents, cleanup } = await openTestStores();
  const onStopped = ({ name, reason }: ProjectionHealth, cause: unknown): void => {
    throw new Error(`${name} stopped: ${reason}`, { cause });
  };
  const onTrouble = (cause: unknown): void => {
    process.emitWarning(cause instanceof Error ? cause : String(cause));
  };
  const runner = await startProjections({ log, documents, projections, onStopped, onTrouble });
  const close = async (): Promise<void> => {
    await runner.stop();
    await cleanup();
  };
  return { log, readModel: openReadModel(documents, runner, projections), close };
};

const openOver = async <Given extends Stores>(stores: Given, config: Partial<ServerConfig>) => {
  const { log, readModel } = stores;
  const servers: DeliveryServer[] = [];
  const serve = async (more: Partial<ServerConfig> = {}, through = log): Promise<DeliveryServer> => {
    const server = await openDeliveryServer({ log: through, readModel, config: { ...config, ...more } });
    servers.push(server);
    return server;
  };
  const server = await serve();
  return {
    stores,
    log,
    story: tellStory(log),
    server,
    /** Another server over the same log, that has seen nothing yet; or over it `through` another. */
    serve,
    close: async (): Promise<void> => {
      for (const each of servers) await each.close();
      await stores.close();
    },
  };
};

/** A node on stores in memory, which a test can hold up and break off. */
export const openNode = (config: Partial<ServerConfig> = {}) => openOver(openMemory(), config);

export type Node = Awaited<ReturnType<typeof openNode>>;

/** What delivery stands on in tests; each entry opens a node on it. */
export const nodes: readonly {
  readonly on: string;
  readonly open: (config?: Partial<ServerConfig>) => Promise<AnyNode>;
}[] = [
  { on: 'memory', open: (config = {}) => openOver<Stores>(openMemory(), config) },
  { on: storesName, open: async (config = {}) => openOver(await openReal(), config) },
];

export type AnyNode = Awaited<ReturnType<typeof openOver<Stores>>>;
