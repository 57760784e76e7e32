import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { projections } from '../../src/projections/all.ts';
import { DocumentStoreUnavailable } from '../../src/projections/documents/documentStore.ts';
import { type ProjectionRunner, startProjections } from '../../src/projections/runner.ts';
import {
  dumpMongodb,
  openTemporaryMongodb,
  type TemporaryMongodb,
} from '../support/mongodb/temporaryMongodb.ts';
import { type TestServer, testServer } from '../support/mongodb/testServer.ts';
import { openRoughLine, type RoughLine } from '../support/roughLine.ts';
import { tellStory } from '../support/story.ts';
import { dumpSqlite, openTemporaryDocuments } from '../support/temporaryDocuments.ts';
import { openTemporaryLog, type TemporaryLog } from '../support/temporaryLog.ts';
import { until } from '../support/until.ts';

const names = projections.map(({ collection }) => collection.name);
/** So that a test needs not wait as long as a server does. */
const impatient = { serverSelectionTimeoutMS: 500, socketTimeoutMS: 1_000, connectTimeoutMS: 500 };

const choice = testServer;
describe.skipIf('missing' in choice)(
  `projecting into a MongoDB that fails${'missing' in choice ? `: ${choice.missing}` : ''}`,
  () => {
    let server: TestServer;
    let log: TemporaryLog;
    let line: RoughLine;
    let store: TemporaryMongodb;
    let troubles: unknown[];
    let running: ProjectionRunner[];
    const start = async (documents = store.documents): Promise<ProjectionRunner> => {
      const runner = await startProjections({
        ...{ log: log.log, documents, projections },
        onStopped: ({ name, reason }) => {
          throw new Error(`${name} stopped: ${reason}`);
        },
        onTrouble: (cause) => troubles.push(cause),
      });
      running.push(runner);
      return runner;
    };
    /** What SQLite makes of the same log, where nothing fails. */
    const wanted = async () => {
      const sqlite = await openTemporaryDocuments();
      const runner = await start(sqlite.documents);
      await runner.whenProcessed(await log.log.head(), 60_000);
      const dump = dumpSqlite(sqlite.file, names);
      await runner.stop();
      await sqlite.cleanup();
      return dump;
    };

    beforeAll(async () => {
      if (!('missing' in choice)) server = await choice.start();
    });
    afterAll(() => server.stop());
    beforeEach(async () => {
      [troubles, running] = [[], []];
      log = await openTemporaryLog();
      line = await openRoughLine(() => Number(new URL(server.url).port));
      store = await openTemporaryMongodb(
        `mongodb://127.0.0.1:${line.port}/?directConnection=true`,
        impatient,
      );
    });
    afterEach(async () => {
      await Promise.all(running.map((runner) => runner.stop()));
      await store.cleanup();
      await line.close();
      await log.cleanup();
    });

    it('makes the right documents though lines are cut in the middle of one bulk write after the other', async () => {
      await tellStory(log.log, 25);
      line.rough.resetAfterBytes = () => 40_000;
      const runner = await start();
      await until(() => expect(line.resets()).toBeGreaterThan(3));
      line.rough.resetAfterBytes = () => Number.POSITIVE_INFINITY;
      await runner.whenProcessed(await log.log.head(), 90_000);
      const said = troubles.map((trouble) => (trouble instanceof Error ? trouble.message : trouble));
      expect(said).toContainEqual(expect.stringMatching(/^The document store .* can not be reached \(/));
      expect(await dumpMongodb(store.url, names)).toEqual(await wanted());
    });

    it('goes on where it was when the server was away for a while, and says meanwhile what to look at', async () => {
      const runner = await start();
      await tellStory(log.log, 3);
      await runner.whenProcessed(await log.log.head(), 60_000);
      const places = () => runner.health().map(({ name, state, position }) => ({ name, state, position }));
      const before = places();
      line.down();
      await tellStory(log.log, 3);
      await expect(store.documents.checkpoint('messages_1')).rejects.toThrow(DocumentStoreUnavailable);
      await expect(store.documents.readRecord('kind', 'id')).rejects.toThrow(
        /^The document store 127\.0\.0\.1:\d+\/\w+ can not be reached \(.*\); check that MongoDB runs there/,
      );
      expect(places()).toEqual(before);
      line.mend();
      await runner.whenProcessed(await log.log.head(), 90_000);
      expect(await dumpMongodb(store.url, names)).toEqual(await wanted());
    });

    it('waits for a server that is slow, and does not wait for one that does not answer', async () => {
      line.rough.delayMs = 60;
      const runner = await start();
      await tellStory(log.log, 3);
      await runner.whenProcessed(await log.log.head(), 90_000);
      expect(await dumpMongodb(store.url, names)).toEqual(await wanted());
      line.rough.isFrozen = true;
      await expect(store.documents.checkpoint('messages_1')).rejects.toThrow(
        /^The document store .* (does not answer in time|can not be reached)/,
      );
      line.mend();
    });
  },
);
