import { MongoClient, type MongoClientOptions } from 'mongodb';
import { DocumentStoreUnopenable } from '../documentStore.ts';

/** Where the URL names no database. */
const ownDatabase = 'darkroom';

/**
 * Ours, over what the URL says: a majority keeps a write before it is answered, and reads see what a
 * majority keeps, so that no change of the primary takes back what somebody was told. No wait is without
 * an end; what fails after it is tried again by who asked.
 */
const options: MongoClientOptions = {
  appName: 'darkroom',
  writeConcern: { w: 'majority', wtimeoutMS: 15_000 },
  readConcern: { level: 'majority' },
  readPreference: 'primary',
  retryWrites: true,
  retryReads: true,
  serverSelectionTimeoutMS: 5_000,
  connectTimeoutMS: 5_000,
  socketTimeoutMS: 20_000,
  waitQueueTimeoutMS: 10_000,
  maxPoolSize: 50,
};

const namesDatabase = /^mongodb(\+srv)?:\/\/[^/?]+\/[^?]/;

export interface Connection {
  readonly client: MongoClient;
  readonly databaseName: string;
  /** Hosts and database, for people: without user name and password. */
  readonly where: string;
}

/** Reads the URL; nothing is connected yet. @throws DocumentStoreUnopenable */
export const readUrl = (url: string, more: MongoClientOptions = {}): Connection => {
  try {
    const client = new MongoClient(url, { ...options, ...more });
    const databaseName = namesDatabase.test(url) ? client.options.dbName : ownDatabase;
    const hosts = client.options.srvHost ?? client.options.hosts.join(',');
    return { client, databaseName, where: `${hosts}/${databaseName}` };
  } catch {
    // The driver's message and its cause may repeat the URL, and with it the password.
    throw new DocumentStoreUnopenable(
      'DOCUMENTS_URL can not be read as a MongoDB URL; it looks like mongodb://user:password@host:27017/darkroom, and signs such as @ : / in user name and password are written %40 %3A %2F.',
    );
  }
};
