import type { DocumentStore } from '../../src/projections/documents/documentStore.ts';
import { openTemporaryMongodb } from './mongodb/temporaryMongodb.ts';
import { type TestServer, testServer } from './mongodb/testServer.ts';
import { openTemporaryDocuments } from './temporaryDocuments.ts';

/** A kind of document store that a test can have fresh ones of. */
export interface AnyDocuments {
  readonly name: string;
  /** Why it can't be had here. */
  readonly missing?: string;
  start(): Promise<{
    /** `url`: where another process opens the same. */
    fresh(): Promise<{ readonly documents: DocumentStore; readonly url: string; cleanup(): Promise<void> }>;
    stop(): Promise<void>;
  }>;
}

const sqlite: AnyDocuments = {
  name: 'SQLite',
  start: async () => ({
    async fresh() {
      const { file, ...store } = await openTemporaryDocuments();
      return { ...store, url: `sqlite:${file}` };
    },
    stop: async () => undefined,
  }),
};

const mongodb: AnyDocuments = {
  name: 'missing' in testServer ? 'MongoDB' : testServer.name,
  ...('missing' in testServer ? { missing: testServer.missing } : {}),
  async start() {
    if ('missing' in testServer) throw new Error(testServer.missing);
    const server: TestServer = await testServer.start();
    return { fresh: () => openTemporaryMongodb(server.url), stop: () => server.stop() };
  },
};

/** Each kind of store; tests of what both must do run on each. */
export const documentStores: readonly AnyDocuments[] = [sqlite, mongodb];
