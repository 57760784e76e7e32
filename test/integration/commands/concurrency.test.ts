import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { JobId } from '../../../src/events/ids.ts';
import { openSqliteEventLog } from '../../../src/events/log/sqlite/sqliteEventLog.ts';
import { bringToRest } from '../../support/bringToRest.ts';
import { ada, commandNumber } from '../../support/happened.ts';
import { eventsIn } from '../../support/readLog.ts';
import { gusts, setScene, storm } from '../../support/storm.ts';
import { expectNothingLost, noJobLivesTwice, placesAreAlwaysWhole } from '../../support/stormLaws.ts';
import { adas, contextOf, openDesks } from '../../support/story.ts';
import { makeTemporaryFolder } from '../../support/temporaryLog.ts';

/** One log file, open twice: as two processes have it. */
const openTwice = async () => {
  const { folder, remove } = await makeTemporaryFolder();
  const file = `${folder}/events.db`;
  const logs = [await openSqliteEventLog(file), await openSqliteEventLog(file)] as const;
  const cleanup = async (): Promise<void> => {
    for (const log of logs) await log.close();
    await remove();
  };
  return { logs, cleanup };
};

let opened: Awaited<ReturnType<typeof openTwice>>;
beforeAll(async () => {
  opened = await openTwice();
});
afterAll(() => opened.cleanup());

/** A conversation of its own for each test; the n-th command goes through one process or the other. */
const openConversation = async () => {
  const [log, other] = opened.logs;
  const desks = [openDesks(log), openDesks(other)] as const;
  const { conversationId } = await desks[0].commands.startConversation(adas(), {});
  const events = async () => (await eventsIn(log)).filter((event) => event.conversationId === conversationId);
  return { conversationId, events, of: (n: number) => desks[n % 2 === 0 ? 0 : 1] };
};

const upTo = (n: number): number[] => Array.from({ length: n }, (_, index) => index);

it('a storm of commands from two processes on one file loses and doubles nothing', async () => {
  await fc.assert(
    fc.asyncProperty(gusts, async (all) => {
      const [log, other] = opened.logs;
      const scene = await setScene(log);
      const outcomes = await storm([log, other], scene, all);
      await expectNothingLost(log, scene, outcomes, bringToRest(other, scene));
    }),
    { numRuns: 20 },
  );
});

it('a hundred people tag one message at once, through two processes, and every tag is there', async () => {
  const { events, conversationId, of } = await openConversation();
  const { messageId } = await of(0).commands.postMessage(adas(), conversationId, { text: 'Hello' });
  await Promise.all(
    upTo(100).map((n) => of(n).commands.mergeMetadata(adas(), messageId, { tags: { [`${n}`]: n } })),
  );
  const patches = (await events()).filter(({ type }) => type === 'MessageMetadataMerged');
  expect(patches).toHaveLength(100);
  const tags = patches.flatMap((event) =>
    event.type === 'MessageMetadataMerged' ? [event.data.patch.tags] : [],
  );
  expect(Object.keys(Object.assign({}, ...tags))).toHaveLength(100);
});

it('sixty pictures asked for at once get sixty tickets, and places 1 to 60, though two processes queue them', async () => {
  const { events, conversationId, of } = await openConversation();
  const posted = await Promise.all(
    upTo(60).map((n) => of(n).commands.postMessage(adas(), conversationId, { text: `boat ${n}`, image: {} })),
  );
  await Promise.all(posted.flatMap(({ messageId }) => upTo(2).map((n) => of(n).desk.queue(messageId))));
  const happened = await events();
  expect(happened.filter(({ type }) => type === 'JobQueued')).toHaveLength(60);
  noJobLivesTwice(happened);
  placesAreAlwaysWhole(happened);
});

it('twenty workers claim one job at once: one of them has it', async () => {
  const { conversationId, of } = await openConversation();
  const { messageId, jobId } = await of(0).commands.postMessage(adas(), conversationId, {
    text: 'a boat',
    image: {},
  });
  await of(0).desk.queue(messageId);
  const claims = await Promise.all(upTo(20).map((n) => of(n).desk.claim(jobId as JobId, 'sketch')));
  expect(claims.filter((claim) => claim !== null)).toHaveLength(1);
});

it('one command given twenty times at once, through two processes, has one effect and one answer', async () => {
  const { events, conversationId, of } = await openConversation();
  const context = contextOf(ada, ['user'], commandNumber(1));
  const answers = await Promise.all(
    upTo(20).map((n) => of(n).commands.postMessage(context, conversationId, { text: 'a boat', image: {} })),
  );
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  expect((await events()).filter(({ type }) => type === 'MessagePosted')).toHaveLength(1);
});
