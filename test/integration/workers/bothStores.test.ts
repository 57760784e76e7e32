import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventLog } from '../../../src/events/log/eventLog.ts';
import { projections } from '../../../src/projections/all.ts';
import type { DocumentStore } from '../../../src/projections/documents/documentStore.ts';
import { startProjections } from '../../../src/projections/runner.ts';
import { dumpMongodb, openTemporaryMongodb } from '../../support/mongodb/temporaryMongodb.ts';
import { type TestServer, testServer } from '../../support/mongodb/testServer.ts';
import { adas, openDesks, tellStory } from '../../support/story.ts';
import { dumpSqlite, openTemporaryDocuments } from '../../support/temporaryDocuments.ts';
import { openTemporaryLog } from '../../support/temporaryLog.ts';

const names = projections.map(({ collection }) => collection.name);

const project = async (log: EventLog, documents: DocumentStore, during?: () => Promise<void>) => {
  const runner = await startProjections({
    ...{ log, documents, projections },
    onStopped: ({ name, reason }) => {
      throw new Error(`${name} stopped: ${reason}`);
    },
    onTrouble: (cause) => {
      throw cause;
    },
  });
  await during?.();
  await runner.whenProcessed(await log.head(), 60_000);
  await runner.stop();
};

/** What a store could take for its own, or change on the way. */
const tellOfOddTexts = async (log: EventLog): Promise<void> => {
  const { commands } = openDesks(log);
  const { conversationId } = await commands.startConversation(adas(), {
    title: '$where {"$gt":""} \u{1f5bc}',
  });
  const { messageId } = await commands.postMessage(adas(), conversationId, { text: 'a.b $set "\\\u0001é' });
  const odd = { $set: { 'a.b': 1 }, 'a.b': { $gt: '' }, '': -0.5, é: [null, 1e21, { $ref: 'x' }] };
  await commands.mergeMetadata(adas(), messageId, odd);
};

const choice = testServer;
describe.skipIf('missing' in choice)(
  `one log in two stores${'missing' in choice ? `: ${choice.missing}` : ''}`,
  () => {
    let server: TestServer;
    beforeAll(async () => {
      if (!('missing' in choice)) server = await choice.start();
    });
    afterAll(() => server.stop());

    it('makes the same documents, byte for byte: in MongoDB by following, in SQLite in one go', async () => {
      const log = await openTemporaryLog();
      const [mongodb, sqlite] = [await openTemporaryMongodb(server.url), await openTemporaryDocuments()];
      await project(log.log, mongodb.documents, async () => {
        await tellStory(log.log, 20);
        await tellOfOddTexts(log.log);
      });
      await project(log.log, sqlite.documents);
      const dump = await dumpMongodb(mongodb.url, names);
      expect(dump).toEqual(dumpSqlite(sqlite.file, names));
      expect(dump.messages_2).toHaveLength(21);
      expect(JSON.stringify(dump.messages_2)).toContain('$gt');
      await Promise.all([mongodb, sqlite, log].map((each) => each.cleanup()));
    });
  },
);
