import type { ClientSession, Db, MongoClientOptions } from 'mongodb';
import type { DocumentReader, DocumentStore, DocumentWrite } from '../documentStore.ts';
import { readUrl } from './connect.ts';
import { explainFailure, explainStart } from './errors.ts';
import { prepareCollections, prepareRecords } from './prepare.ts';
import { createReader } from './reader.ts';
import { forgetRecords, readRecord, writeRecord } from './records.ts';
import { dropCollection, moveCheckpoint, readCheckpoints, takeOver, writeDocuments } from './writer.ts';

/** From this wire version (MongoDB 5.0) on, a replica set reads of one moment outside transactions. */
const snapshotWireVersion = 13;

const hasSnapshots = async (database: Db): Promise<boolean> => {
  // By its old name, for MongoDB 4.4.0 does not know it as `hello`.
  const { setName, msg, maxWireVersion } = await database.command({ isMaster: 1 });
  const isReplicated = setName !== undefined || msg === 'isdbgrid';
  return isReplicated && maxWireVersion >= snapshotWireVersion;
};

/** Connects, and makes what every store needs. `more` is for tests. @throws DocumentStoreUnopenable */
export const openMongodbDocumentStore = async (
  url: string,
  more: MongoClientOptions = {},
): Promise<DocumentStore> => {
  const { client, databaseName, where } = readUrl(url, more);
  const database = client.db(databaseName);
  let snapshots: boolean;
  try {
    await client.connect();
    snapshots = await hasSnapshots(database);
    await prepareRecords(database);
  } catch (cause) {
    await client.close();
    throw explainStart(where, cause);
  }

  const prepared = new Set<string>();
  const explained = async <Result>(run: () => Promise<Result>): Promise<Result> => {
    try {
      return await run();
    } catch (cause) {
      throw explainFailure(where, cause);
    }
  };
  const readerOf = (session?: ClientSession): DocumentReader => {
    const reader = createReader(database, session);
    return {
      get: (collection, id) => explained(() => reader.get(collection, id)),
      getAll: (collection, ids) => explained(() => reader.getAll(collection, ids)),
      query: (query) => explained(() => reader.query(query)),
      queryTexts: (query) => explained(() => reader.queryTexts(query)),
      count: (count) => explained(() => reader.count(count)),
      checkpoint: (name) => explained(() => reader.checkpoint(name)),
      rows: (...range) => explained(() => reader.rows(...range)),
    };
  };
  const checkPrepared = (writes: readonly DocumentWrite[]): void => {
    for (const { collection } of writes)
      if (!prepared.has(collection.name)) throw new Error(`collection ${collection.name} was not prepared`);
  };
  const reader = readerOf();

  return {
    ...reader,
    async prepare(collections) {
      await explained(() => prepareCollections(database, collections));
      for (const { name } of collections) prepared.add(name);
    },
    write: (documents, checkpoints, leases = []) =>
      explained(async () => {
        checkPrepared(documents);
        await writeDocuments(database, documents, leases);
        await Promise.all(checkpoints.map((checkpoint) => moveCheckpoint(database, checkpoint, leases)));
      }),
    takeOver: (lease) => explained(() => takeOver(database, lease)),
    checkpoints: () => explained(() => readCheckpoints(database)),
    drop: async (collection) => {
      await explained(() => dropCollection(database, collection));
      prepared.delete(collection);
    },
    snapshot: (read) =>
      snapshots
        ? explained(() => client.withSession({ snapshot: true }, (session) => read(readerOf(session))))
        : read(reader),
    readRecord: (kind, id) => explained(() => readRecord(database, kind, id)),
    writeRecord: async (...change) =>
      (await explained(() => writeRecord(database, ...change))) ? 'written' : 'conflict',
    forgetRecords: (kind) => explained(() => forgetRecords(database, kind)),
    close: () => client.close(),
  };
};
