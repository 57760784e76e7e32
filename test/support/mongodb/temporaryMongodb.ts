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

/** Id, position and body of every document, by collection, and the checkpoints: what two stores are compared by. */
export type Dump = Readonly<Record<string, readonly (readonly unknown[])[]>>;

export const dumpMongodb = async (url: string, collections: readonly string[]): Promise<Dump> => {
  const client = new MongoClient(url);
  const rowsOf = async (name: string, fields: readonly string[]): Promise<unknown[][]> => {
    const found = await client.db().collection(name).find().sort({ _id: 1 }).toArray();
    return found.map((document) => fields.map((field) => document[field]));
  };
  const dump: Record<string, unknown[][]> = {
    checkpoints: await rowsOf('checkpoints', ['_id', 'logId', 'position']),
  };
  for (const name of collections) dump[name] = await rowsOf(`documents_${name}`, ['_id', 'position', 'body']);
  await client.close();
  return dump;
};
