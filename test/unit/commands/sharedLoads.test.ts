import fc from 'fast-check';
import { expect, it } from 'vitest';
import { conversationDecider } from '../../../src/commands/conversation.ts';
import { handle } from '../../../src/commands/handler.ts';
import { shareLoads } from '../../../src/commands/sharedLoads.ts';
import { conversationStream } from '../../../src/events/streams.ts';
import { openMemoryLog } from '../../support/deliveryLog.ts';
import { ada, commandNumber, conversationNumber, timeAt } from '../../support/happened.ts';

const conversationId = conversationNumber(1);
const stream = conversationStream(conversationId);

/** A log with one conversation, whose reads are counted. */
const openCounted = async () => {
  const log = openMemoryLog();
  let reads = 0;
  let commands = 0;
  const change = (command: Parameters<typeof conversationDecider.decide>[0]) => {
    const cause = { actor: ada, commandId: commandNumber(commands++), correlationId: 'request' };
    return handle({ log, now: () => new Date(timeAt(1)) }, conversationDecider, stream, command, cause);
  };
  await change({ type: 'start', conversationId, title: '0', startedBy: ada, others: [] });
  const counted: typeof log = {
    ...log,
    readStream(...given) {
      reads += 1;
      return log.readStream(...given);
    },
  };
  return { log, counted, change, reads: () => reads };
};

it('loads that are asked for while another is read share the next read', async () => {
  const { counted, reads } = await openCounted();
  const load = shareLoads(counted, conversationDecider);
  const all = await Promise.all(Array.from({ length: 100 }, () => load(stream)));
  expect(reads()).toBe(2);
  for (const { state } of all) expect(state).toMatchObject({ title: '0' });
  await load(stream);
  expect(reads()).toBe(3);
});

it('a load that fails is the trouble of those alone who waited for it', async () => {
  const { log, counted } = await openCounted();
  const load = shareLoads(counted, conversationDecider);
  log.breakOff();
  const failed = await Promise.allSettled([load(stream), load(stream), load(stream)]);
  expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  log.mend();
  expect((await load(stream)).state).toMatchObject({ title: '0' });
});

it('a load has all that had happened when it was asked for, whoever else is reading', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.constantFrom('rename', 'load'), { maxLength: 30 }),
      async (scheduler, does) => {
        const { counted, change } = await openCounted();
        const slow: typeof counted = {
          ...counted,
          async *readStream(...given) {
            await scheduler.schedule(Promise.resolve(), 'read');
            yield* counted.readStream(...given);
          },
        };
        const load = shareLoads(slow, conversationDecider);
        let renamed = 0;
        const each = scheduler.scheduleSequence(
          does.map((what) => async () => {
            if (what === 'rename') {
              await change({ type: 'rename', title: `${renamed + 1}` });
              renamed += 1;
              return;
            }
            const atLeast = renamed;
            loads.push(
              load(stream).then(({ state }) => {
                if (state.status === 'none') throw new Error('it was started');
                expect(Number(state.title)).toBeGreaterThanOrEqual(atLeast);
              }),
            );
          }),
        );
        const loads: Promise<void>[] = [];
        await scheduler.waitFor(each.task);
        await scheduler.waitFor(Promise.all(loads));
      },
    ),
    { numRuns: 200 },
  );
});
