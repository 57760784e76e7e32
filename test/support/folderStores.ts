import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { EventLog } from '../../src/events/log/eventLog.ts';
import { openKurrentdbEventLog } from '../../src/events/log/kurrentdb/kurrentdbEventLog.ts';
import { openSqliteEventLog } from '../../src/events/log/sqlite/sqliteEventLog.ts';
import type { DocumentStore } from '../../src/projections/documents/documentStore.ts';
import { openMongodbDocumentStore } from '../../src/projections/documents/mongodb/mongodbDocumentStore.ts';
import { openSqliteDocumentStore } from '../../src/projections/documents/sqlite/sqliteDocumentStore.ts';
import { dropDatabase } from './mongodb/temporaryMongodb.ts';
import { databaseUrl } from './mongodb/testServer.ts';
import { makeTemporaryFolder } from './temporaryLog.ts';

/*
 * The stores that the integration tests run on: files, or, where TEST_STORES is `servers`
 * (npm run test:integration:production), the servers that these two name. A test asks for the stores of a
 * folder of its own; on the servers that is a namespace and a database of its own, so that opening the same
 * folder again, in another process too, opens the same stores.
 */
const { TEST_STORES, EVENT_LOG_TEST_URL = '', DOCUMENTS_TEST_URL = '' } = process.env;
const onServers = TEST_STORES === 'servers';

/** False on a server that only stands in for one with snapshots. */
export const readsOfOneMoment = !onServers || process.env.DOCUMENTS_TEST_SNAPSHOTS === 'true';

/** For the names of tests. */
export const storesName = onServers ? 'the servers' : 'SQLite';

const nameOf = (folder: string): string => createHash('sha256').update(folder).digest('hex').slice(0, 16);
const databaseOf = (folder: string): string =>
  databaseUrl(DOCUMENTS_TEST_URL, `darkroom_test_${nameOf(folder)}`);

export const openTestLog = (folder: string): Promise<EventLog> =>
  onServers
    ? openKurrentdbEventLog(EVENT_LOG_TEST_URL, { namespace: `test${nameOf(folder)}.` })
    : openSqliteEventLog(join(folder, 'events.db'));

export const openTestDocuments = (folder: string): Promise<DocumentStore> =>
  onServers
    ? openMongodbDocumentStore(databaseOf(folder))
    : openSqliteDocumentStore(join(folder, 'documents.db'));

/** What the servers keep of a folder. Streams can't be taken out of an event log; they stay. */
export const discardStores = async (folder: string): Promise<void> => {
  if (onServers) await dropDatabase(databaseOf(folder));
};

/** A new log and new documents, and how to be rid of them. */
export const openTestStores = async () => {
  const { folder, remove } = await makeTemporaryFolder();
  const log = await openTestLog(folder);
  const documents = await openTestDocuments(folder);
  const cleanup = async (): Promise<void> => {
    await documents.close();
    await log.close();
    await discardStores(folder);
    await remove();
  };
  return { folder, log, documents, cleanup };
};
