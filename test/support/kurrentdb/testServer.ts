import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { GenericContainer, Wait } from 'testcontainers';
import { openKurrentdbEventLog } from '../../../src/events/log/kurrentdb/kurrentdbEventLog.ts';
import { startStandInProcess } from './standInProcess.ts';

/** A server that the tests may use: named, in a container, or the stand-in. */
export interface TestServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Which server tests run on, and what it can show; decided when a test file is read. */
export interface TestServerChoice {
  /** Goes into the names of tests, from which the report is made. */
  readonly name: string;
  start(): Promise<TestServer>;
}

const named = (url: string): TestServerChoice => ({
  name: `EventStoreDB / KurrentDB at ${url.replace(/^[^/]*\/\/([^@/]*@)?/, '').replace(/[/?].*$/, '')}`,
  start: async () => ({ url, stop: async () => undefined }),
});

const image = 'kurrentplatform/kurrentdb:25.0';

const inContainer: TestServerChoice = {
  name: `KurrentDB in a container (${image})`,
  start: async () => {
    const container = await new GenericContainer(image)
      .withEnvironment({ KURRENTDB_INSECURE: 'true', KURRENTDB_MEM_DB: 'true' })
      .withExposedPorts(2113)
      .withWaitStrategy(Wait.forHttp('/health/live', 2113).forStatusCode(204))
      .start();
    return {
      url: `esdb://${container.getHost()}:${container.getMappedPort(2113)}?tls=false`,
      stop: async () => {
        await container.stop();
      },
    };
  },
};

const standIn: TestServerChoice = {
  name: 'the EventStoreDB stand-in over real gRPC, which proves no cluster, TLS, users, scavenge or disk format',
  start: async () => {
    const { url, kill } = await startStandInProcess();
    return { url, stop: kill };
  },
};

const choose = (): TestServerChoice => {
  const url = process.env.EVENT_LOG_TEST_URL;
  if (url !== undefined && url !== '') return named(url);
  const docker = spawnSync('docker', ['info'], { stdio: 'ignore', timeout: 10_000 });
  return docker.status === 0 ? inContainer : standIn;
};

export const testServer = choose();

/** A part of the server that no other test has written to. */
export const newNamespace = (): string => `test${randomBytes(8).toString('hex')}.`;

/** A log of a test's own on this server. */
export const openLogOn = async ({ url }: Pick<TestServer, 'url'>) => {
  const namespace = newNamespace();
  const open = () => openKurrentdbEventLog(url, { namespace });
  const log = await open();
  return { log, openSecond: open, namespace, cleanup: () => log.close() };
};
