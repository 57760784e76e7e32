import { randomUUID } from 'node:crypto';
import { MongoClient, type MongoClientOptions } from 'mongodb';
import type { DocumentStore } from '../../../src/projections/documents/documentStore.ts';
import { openMongodbDocumentStore } from '../../../src/projections/documents/mongodb/mongodbDocumentStore.ts';
import { databaseUrl } from './testServer.ts';

export interface TemporaryMongodb {
  readonly documents: DocumentStore;
  /** Of its database. */
  readonly url: string;
  /** Closes the store and drops its database. */
  cleanup(): Promise<void>;
}

export const dropDatabase = async (url: string): Promise<void> => {
  const client = new MongoClient(url);
  await client.db().dropDatabase();
  await client.close();
};

/** A document store in a database of its own, so that tests run beside each other. */
export const openTemporaryMongodb = async (
  server: string,
  options: MongoClientOptions = {},
): Promise<TemporaryMongodb> => {
  const url = databaseUrl(server, `darkroom_test_${randomUUID().replaceAll('-', '')}`);
  const documents = await openMongodbDocumentStore(url, options);
  return {
    documents,
    url,
    async cleanup() {
      await documents.close();
      await dropDatabase(url);
    },
  };
};
