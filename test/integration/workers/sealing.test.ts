import { pino } from 'pino';
import { v7 } from 'uuid';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { copyLog } from '../../../src/events/log/copyLog.ts';
import type { EventLog } from '../../../src/events/log/eventLog.ts';
import { readLastSeal } from '../../../src/events/log/seals/readSeals.ts';
import { verifyLog } from '../../../src/events/log/seals/verifyLog.ts';
import { sealStream } from '../../../src/events/streams.ts';
import { type SealingParts, startSealing } from '../../../src/workers/sealing.ts';
import { newEvent } from '../../support/newEvent.ts';
import { tellStory } from '../../support/story.ts';
import { openTemporaryDocuments, type TemporaryDocuments } from '../../support/temporaryDocuments.ts';
import { openTemporaryLog, type TemporaryLog } from '../../support/temporaryLog.ts';

const never = 86_400_000;

describe('sealing the log', () => {
  let log: TemporaryLog;
  let stores: TemporaryDocuments[];
  let running: ReturnType<typeof startSealing>[];
  const openDocuments = async (): Promise<TemporaryDocuments['documents']> => {
    const store = await openTemporaryDocuments();
    stores.push(store);
    return store.documents;
  };
  const start = async (
    sealAfter: SealingParts['sealAfter'],
    over: { log?: EventLog; documents?: TemporaryDocuments['documents'] } = {},
  ) => {
    const documents = over.documents ?? (await openDocuments());
    const surroundings = { logger: pino({ level: 'silent' }), now: () => new Date(), newId: v7 };
    const sealing = startSealing({ log: over.log ?? log.log, documents, ...surroundings, sealAfter });
    running.push(sealing);
    return sealing;
  };
  const happen = async (times: number): Promise<void> => {
    for (let done = 0; done < times; done += 1) await log.log.append('queue-images', 'any', [newEvent()]);
  };
  const counts = async (of: EventLog = log.log): Promise<number[]> => {
    const found: number[] = [];
    for await (const { data } of of.readStream(sealStream)) found.push(Number(data.count));
    return found;
  };
  const sealed = (condition: (found: readonly number[]) => boolean) =>
    vi.waitFor(async () => expect(await counts()).toSatisfy(condition), { timeout: 30_000, interval: 20 });
  beforeEach(async () => {
    log = await openTemporaryLog();
    stores = [];
    running = [];
  });
  afterEach(async () => {
    await Promise.all(running.map((sealing) => sealing.stop()));
    await Promise.all(stores.map((store) => store.cleanup()));
    await log.cleanup();
  });

  it('makes a seal after so many events, also of those that came before it began', async () => {
    await happen(8);
    await start({ events: 4, ms: never });
    await sealed((found) => found.length >= 2);
    // Nine events with the log's identity, then seals, which count as any other event does.
    expect((await counts()).slice(0, 2)).toEqual([4, 8]);
    expect((await verifyLog(log.log)).breach).toBeNull();
  });

  it('makes a seal so long after an event, and none where nothing came but seals', async () => {
    await start({ events: 1_000, ms: 100 });
    await sealed((found) => found.length === 1);
    await happen(1);
    await sealed((found) => found.length === 2);
    // Had the first seal been sealed for its own sake, the count of the second would be another.
    expect(await counts()).toEqual([1, 3]);
  });

  it('goes on from the newest seal when another process takes it up', async () => {
    const documents = await openDocuments();
    const first = await start({ events: 3, ms: never }, { documents });
    await happen(6);
    await sealed((found) => found.length >= 2);
    await first.stop();
    await happen(5);
    await start({ events: 3, ms: never }, { documents });
    await sealed((found) => (found.at(-1) ?? 0) >= 11);
    const { breach, events, sealed: upTo } = await verifyLog(log.log);
    expect(breach).toBeNull();
    expect(events - upTo.count).toBeLessThan(4);
  });

  it('makes one chain of seals where two processes believe that they seal', async () => {
    await Promise.all([start({ events: 5, ms: 50 }), start({ events: 5, ms: 50 })]);
    await tellStory(log.log, 12);
    const head = await log.log.head();
    await vi.waitFor(
      async () =>
        expect((await readLastSeal(log.log))?.through.localeCompare(head)).toBeGreaterThanOrEqual(0),
      { timeout: 30_000, interval: 50 },
    );
    const { breach, seals } = await verifyLog(log.log);
    expect(breach).toBeNull();
    expect(seals).toBeGreaterThan(5);
  });

  it('seals a copy of a log anew, for the jobs in it have other tickets', async () => {
    await start({ events: 10, ms: 50 });
    await tellStory(log.log, 6);
    await sealed((found) => found.length >= 2);
    const target = await openTemporaryLog();
    try {
      for await (const _ of copyLog(log.log, target.log));
      expect(await counts(target.log)).toEqual([]);
      const sealing = await start({ events: 10, ms: never }, { log: target.log });
      await vi.waitFor(async () => expect((await counts(target.log)).length).toBeGreaterThan(3), {
        timeout: 30_000,
      });
      await sealing.stop();
      expect((await verifyLog(target.log)).breach).toBeNull();
    } finally {
      await target.cleanup();
    }
  });
});
