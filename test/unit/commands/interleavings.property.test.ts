import fc from 'fast-check';
import { it } from 'vitest';
import { type EventLog, EventLogUnavailable } from '../../../src/events/log/eventLog.ts';
import { bringToRest } from '../../support/bringToRest.ts';
import { openMemoryLog } from '../../support/deliveryLog.ts';
import { gusts, setScene, storm } from '../../support/storm.ts';
import { expectNothingLost } from '../../support/stormLaws.ts';

/** How an append goes wrong, if it does: its answer is lost, after it was written or before. */
type Fate = 'well' | 'written and lost' | 'lost';
const fates = fc.infiniteStream(
  fc.constantFrom<Fate>('well', 'well', 'well', 'well', 'well', 'well', 'written and lost', 'lost'),
);

/** The log as one process has it: the scheduler decides when each thing is read, written and answered. */
const asSeenBy = (log: EventLog, scheduler: fc.Scheduler, fate: Iterator<Fate>): EventLog => {
  const turn = (label: string): Promise<unknown> => scheduler.schedule(Promise.resolve(), label);
  return {
    ...log,
    async append(...given) {
      const [stream] = given;
      const how = fate.next().value;
      await turn(`append to ${stream}`);
      if (how === 'lost') throw new EventLogUnavailable('the connection broke before');
      const appended = await log.append(...given);
      await turn(`answer of ${stream}`);
      if (how === 'written and lost') throw new EventLogUnavailable('the connection broke after');
      return appended;
    },
    async *readStream(stream, options) {
      await turn(`read ${stream}`);
      yield* log.readStream(stream, options);
    },
  };
};

it('no interleaving of commands of several processes, and no lost answer, loses or doubles anything', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), gusts, fates, async (scheduler, all, fate) => {
      const log = openMemoryLog();
      const scene = await setScene(log);
      const processes = [0, 1, 2].map(() => asSeenBy(log, scheduler, fate));
      const pause = () => scheduler.schedule(Promise.resolve(), 'pause');
      const outcomes = await scheduler.waitFor(storm(processes, scene, all, { pause }));
      await expectNothingLost(log, scene, outcomes, bringToRest(log, scene));
    }),
    { numRuns: 100 },
  );
});
