import { spawnSync } from 'node:child_process';
import { GenericContainer, Wait } from 'testcontainers';
import { startStandIn } from './standIn.ts';

/** A server that the tests may use: named, in a container, or a stand-in. */
export interface TestServer {
  /** Without a database. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Which server tests run on, and what it can show; decided when a test file is read. */
export interface TestServerChoice {
  /** Goes into the names of tests, from which the report is made. */
  readonly name: string;
  /** Explains its plans, and reads of one moment: a real server does. */
  readonly isReal: boolean;
  start(): Promise<TestServer>;
}

const answers = (command: string, ...given: readonly string[]): boolean =>
  spawnSync(command, given, { stdio: 'ignore', timeout: 10_000 }).status === 0;

const named = (url: string): TestServerChoice => ({
  name: `MongoDB at ${url.replace(/^mongodb(\+srv)?:\/\/([^@/]*@)?/, '').replace(/[/?].*$/, '')}`,
  isReal: true,
  start: async () => ({ url, stop: async () => undefined }),
});

const image = 'mongo:8.0';

/** A replica set of one, for only a replica set has snapshots. */
const inContainer: TestServerChoice = {
  name: `MongoDB in a container (${image})`,
  isReal: true,
  async start() {
    const container = await new GenericContainer(image)
      .withCommand(['--replSet', 'tests', '--bind_ip_all'])
      .withExposedPorts(27_017)
      .withWaitStrategy(Wait.forLogMessage(/Waiting for connections/))
      .start();
    const initiate =
      'rs.initiate({ _id: "tests", members: [{ _id: 0, host: "127.0.0.1:27017" }] }); while (!db.hello().isWritablePrimary) sleep(100)';
    const { exitCode, output } = await container.exec(['mongosh', '--quiet', '--eval', initiate]);
    if (exitCode !== 0) throw new Error(`the replica set could not be made: ${output}`);
    const port = container.getMappedPort(27_017);
    return {
      url: `mongodb://${container.getHost()}:${port}/?directConnection=true`,
      stop: async () => {
        await container.stop();
      },
    };
  },
};

const standIn: TestServerChoice = {
  name: 'the MongoDB stand-in mongo-java-server in memory, which proves no explain, no snapshots and no elections',
  isReal: false,
  async start() {
    const { port, stop } = await startStandIn();
    return { url: `mongodb://127.0.0.1:${port}/`, stop };
  },
};

const choose = (): TestServerChoice | { readonly missing: string } => {
  const url = process.env.DOCUMENTS_TEST_URL;
  if (url !== undefined && url !== '') return named(url);
  if (answers('docker', 'info')) return inContainer;
  if (answers('java', '-version') && answers('mvn', '-v')) return standIn;
  return {
    missing: 'no DOCUMENTS_TEST_URL, no Docker, no Java with Maven (Debian: default-jdk-headless maven)',
  };
};

export const testServer = choose();

/** The URL of one database on the server. */
export const databaseUrl = (server: string, database: string): string => {
  const { protocol, username, password, host, search } = new URL(server);
  const person = username === '' ? '' : `${username}:${password}@`;
  return `${protocol}//${person}${host}/${database}${search}`;
};
