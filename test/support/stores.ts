import { randomBytes } from 'node:crypto';
import { testServer as logServer, newNamespace } from './kurrentdb/testServer.ts';
import { databaseUrl, testServer as documentServer } from './mongodb/testServer.ts';

/** Stores for whole servers to run on, as settings. */
export interface TestStores {
  /** Of stores that nobody else has, for each test. */
  fresh(): Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export interface TestStoresChoice {
  readonly name: string;
  /** Why tests on these can't run here; null where they can. */
  readonly missing: string | null;
  start(): Promise<TestStores>;
}

/** SQLite, in each test's DATA_DIR. */
export const embeddedStores: TestStoresChoice = {
  name: 'SQLite',
  missing: null,
  start: async () => ({ fresh: () => ({}), stop: async () => undefined }),
};

/** EventStoreDB and MongoDB: real ones where there are any, else what stands in for them. */
export const productionStores: TestStoresChoice = {
  name: `${logServer.name}, with ${'missing' in documentServer ? 'MongoDB' : documentServer.name}`,
  missing: 'missing' in documentServer ? documentServer.missing : null,
  async start() {
    if ('missing' in documentServer) throw new Error(documentServer.missing);
    const [log, documents] = await Promise.all([logServer.start(), documentServer.start()]);
    return {
      fresh: () => ({
        EVENT_LOG_URL: log.url,
        EVENT_LOG_NAMESPACE: newNamespace(),
        DOCUMENTS_URL: databaseUrl(documents.url, `test${randomBytes(8).toString('hex')}`),
      }),
      stop: async () => {
        await Promise.all([log.stop(), documents.stop()]);
      },
    };
  },
};
