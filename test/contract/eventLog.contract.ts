import fc from 'fast-check';
import { v7 } from 'uuid';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Position, positionOf, startOfLog } from '../../src/events/ids.ts';
import type { JsonObject } from '../../src/events/json.ts';
import {
  type EventLog,
  type ExpectedRevision,
  type RecordedEvent,
  WrongExpectedRevision,
} from '../../src/events/log/eventLog.ts';
import { renewIdentity } from '../../src/events/log/renewIdentity.ts';
import type { StreamName } from '../../src/events/streams.ts';
import { allOf as all, follow } from '../support/followedLog.ts';
import { newEvent } from '../support/newEvent.ts';
import { until } from '../support/until.ts';

const stream = (name: string | number): StreamName => `job-${name}`;

/** The conflict that an append met; null where it met none. */
const conflictOf = (append: Promise<unknown>): Promise<WrongExpectedRevision | null> =>
  append.then(
    () => null,
    (cause: unknown) => {
      if (cause instanceof WrongExpectedRevision) return cause;
      throw cause;
    },
  );

/** What every event log must do; each adapter runs it. */
export const eventLogContract = (
  adapter: string,
  open: () => Promise<{
    readonly log: EventLog;
    /** Another handle on the same log. */
    readonly openSecond?: () => Promise<EventLog>;
    /** Whether an id is looked for in the whole log; else only where the same append is repeated. */
    readonly findsEveryId: boolean;
    cleanup(): Promise<void>;
  }>,
): void => {
  describe(`an event log on ${adapter}`, () => {
    let log: EventLog;
    let opened: Awaited<ReturnType<typeof open>>;
    /** Of the log's own first events. */
    let begin: Position;
    beforeEach(async () => {
      opened = await open();
      log = opened.log;
      begin = await log.head();
    });
    afterEach(() => opened.cleanup());

    const append = (to: StreamName, expected: ExpectedRevision, count = 1) =>
      log.append(
        to,
        expected,
        Array.from({ length: count }, () => newEvent()),
      );

    it('appends to a new stream, and gives back what was appended, in order', async () => {
      const events = [newEvent({ a: [1, null, { b: 'ü😀' }] }), newEvent({ c: 'x'.repeat(10_000) })];
      const { revision, position } = await log.append(stream(1), 'no_stream', events);
      expect(revision).toBe(1);
      const read = await all(log.readStream(stream(1)));
      expect(read).toMatchObject(events);
      expect(read.map((event) => event.revision)).toEqual([0, 1]);
      expect(read.at(-1)?.position).toBe(position);
      expect(position).toMatch(/^\d{20}$/);
      expect(await log.head()).toBe(position);
    });

    it.each<[ExpectedRevision, number | null]>([
      ['no_stream', 1],
      [0, 1],
      [2, 1],
      [-1, 1],
    ])('refuses an append that expects %j of a stream at 1, and writes nothing', async (expected, actual) => {
      await append(stream(1), 'no_stream', 2);
      const head = await log.head();
      expect(await conflictOf(append(stream(1), expected))).toMatchObject({
        stream: stream(1),
        expected,
        actual,
      });
      expect(await log.head()).toBe(head);
      expect(await all(log.readStream(stream(1)))).toHaveLength(2);
    });

    it('takes what it is told to expect: the revision, any, or that there is a stream', async () => {
      expect(await conflictOf(append(stream(1), 'exists'))).toMatchObject({ actual: null });
      expect(await conflictOf(append(stream(1), 0))).toMatchObject({ actual: null });
      expect((await append(stream(1), 'any')).revision).toBe(0);
      expect((await append(stream(1), 'exists')).revision).toBe(1);
      expect((await append(stream(1), 1)).revision).toBe(2);
    });

    it('lets one of 50 appends at once win, and leaves no gap', async () => {
      await append(stream(1), 'no_stream');
      const conflicts = await Promise.all(
        Array.from({ length: 50 }, () => conflictOf(append(stream(1), 0, 2))),
      );
      expect(conflicts.filter((conflict) => conflict === null)).toHaveLength(1);
      const revisions = (await all(log.readStream(stream(1)))).map(({ revision }) => revision);
      expect(revisions).toEqual([0, 1, 2]);
    });

    it('settles 200 appends to 200 streams at once', async () => {
      await Promise.all(Array.from({ length: 200 }, (_, number) => append(stream(number), 'no_stream')));
      expect(await all(log.readAll({ after: begin }))).toHaveLength(200);
    });

    it('writes all of an append or nothing of it', async () => {
      const cyclic: Record<string, unknown> = {};
      cyclic.self = cyclic;
      for (const wrong of [cyclic, { big: 1n }])
        await expect(
          log.append(stream(1), 'no_stream', [newEvent(), newEvent(wrong as JsonObject)]),
        ).rejects.toThrow();
      expect(await log.head()).toBe(begin);
      expect((await append(stream(1), 'no_stream')).revision).toBe(0);
    });

    it('takes the repetition of an append, at once or later, for the first one', async () => {
      const events = [newEvent(), newEvent()];
      const [first, again] = await Promise.all([
        log.append(stream(1), 'no_stream', events),
        log.append(stream(1), 'no_stream', events),
      ]);
      expect(again).toEqual(first);
      await append(stream(1), 1);
      expect(await log.append(stream(1), 'no_stream', events)).toEqual(first);
      expect(await all(log.readStream(stream(1)))).toHaveLength(3);
    });

    it('refuses an id that belongs to another event', async ({ skip }) => {
      if (!opened.findsEveryId) return skip('the server looks for an id only where its append is repeated');
      const event = newEvent();
      await log.append(stream(1), 'no_stream', [event]);
      await expect(log.append(stream(2), 'no_stream', [event])).rejects.toThrow(/id/);
      expect(await all(log.readStream(stream(2)))).toEqual([]);
    });

    it.each([1, 2, 999, 1000, 1001, 2500, 9999])(
      'reads up to %i of 2,500 events, both ways',
      async (maxCount) => {
        for (let batch = 0; batch < 5; batch += 1)
          await append(stream(1), batch === 0 ? 'no_stream' : 'exists', 500);
        const size = Math.min(maxCount, 2500);
        const forwards = await all(log.readStream(stream(1), { maxCount }));
        expect(forwards.map(({ revision }) => revision)).toEqual(Array.from({ length: size }, (_, n) => n));
        const backwards = await all(log.readStream(stream(1), { maxCount, direction: 'backwards' }));
        expect(backwards.map(({ revision }) => revision)).toEqual(
          Array.from({ length: size }, (_, n) => 2499 - n),
        );
        const everything = await all(log.readAll({ after: begin, maxCount }));
        expect(everything.map(({ revision }) => revision)).toEqual(forwards.map(({ revision }) => revision));
        const end = (await all(log.readAll({ direction: 'backwards', maxCount }))).filter(
          (event) => event.stream === stream(1),
        );
        expect(end.map(({ revision }) => revision)).toEqual(backwards.map(({ revision }) => revision));
      },
    );

    it('reads from and to where it is told', async () => {
      await append(stream(1), 'no_stream', 5);
      const [, second, third] = await all(log.readStream(stream(1)));
      const revisions = async (events: AsyncIterable<RecordedEvent>) =>
        (await all(events)).map(({ revision }) => revision);
      expect(await revisions(log.readStream(stream(1), { from: 3 }))).toEqual([3, 4]);
      expect(await revisions(log.readStream(stream(1), { from: 1, direction: 'backwards' }))).toEqual([1, 0]);
      expect(await revisions(log.readStream(stream(1), { from: 9 }))).toEqual([]);
      expect(await revisions(log.readStream(stream('none')))).toEqual([]);
      if (second === undefined || third === undefined) throw new Error('five were appended');
      expect(await revisions(log.readAll({ after: second.position, until: third.position }))).toEqual([2]);
      expect(
        await revisions(
          log.readAll({ direction: 'backwards', after: third.position, until: second.position }),
        ),
      ).toEqual([1]);
      expect(await revisions(log.readAll({ after: positionOf(10n ** 15n) }))).toEqual([]);
    });

    it('keeps the order for who reads while others append, both ways', async () => {
      await append(stream(1), 'no_stream', 300);
      const appending = (async () => {
        for (let round = 0; round < 30; round += 1) await append(stream(2), 'any', 10);
      })();
      const forwards: Position[] = [];
      for await (const { position } of log.readAll({ after: begin })) forwards.push(position);
      const backwards: Position[] = [];
      for await (const { position } of log.readAll({ direction: 'backwards' })) backwards.push(position);
      await appending;
      expect(forwards).toEqual([...new Set(forwards)].toSorted());
      expect(backwards.toReversed()).toEqual([...new Set(backwards)].toSorted());
      const everything = (await all(log.readAll())).map(({ position }) => position);
      expect(everything.slice(0, backwards.length)).toEqual(backwards.toReversed());
    });

    it('can be left early and read again', async () => {
      await append(stream(1), 'no_stream', 1200);
      for (let time = 0; time < 20; time += 1) for await (const _ of log.readAll()) break;
      expect(await all(log.readStream(stream(1)))).toHaveLength(1200);
    });

    it('gives who subscribes what was written after a position, says that it caught up, then what is written', async () => {
      const { position } = await append(stream(1), 'no_stream', 3);
      await append(stream(1), 2, 2);
      const seen = follow(log, position);
      await until(() => expect(seen.caughtUp).toHaveLength(1));
      expect(seen.events.map(({ revision }) => revision)).toEqual([3, 4]);
      expect(seen.caughtUp[0]).toBe(await log.head());
      await append(stream(1), 4);
      await until(() => expect(seen.events.map(({ revision }) => revision)).toEqual([3, 4, 5]));
      await until(() => expect(seen.caughtUp).toHaveLength(2));
      await seen.stop();
    });

    it('begins with its first event for who subscribes from the start, and says that it is well', async () => {
      const [first] = await all(log.readAll({ maxCount: 1 }));
      const seen = follow(log, startOfLog);
      await until(() => expect(seen.caughtUp).toHaveLength(1));
      expect(seen.events[0]).toEqual(first);
      expect(log.health()).toEqual({ state: 'ready', reason: null, since: null });
      await seen.stop();
    });

    it('loses and doubles nothing for who subscribes while others append', async () => {
      const appending = (async () => {
        for (let round = 0; round < 60; round += 1)
          await Promise.all([
            append(stream(1), 'any', 3),
            append(stream(2), 'any'),
            append(stream(3), 'any', 7),
          ]);
      })();
      const followers = Array.from({ length: 5 }, () => follow(log, startOfLog));
      await appending;
      const positions = (await all(log.readAll())).map(({ position }) => position);
      for (const seen of followers) {
        await until(() => expect(seen.events.length).toBeGreaterThanOrEqual(positions.length));
        expect(seen.events.map(({ position }) => position)).toEqual(positions);
        await seen.stop();
      }
      expect(positions).toEqual(positions.toSorted());
      expect(new Set(positions).size).toBe(positions.length);
    });

    it('waits for a slow subscriber and gives it everything in order', async () => {
      const seen = follow(log, begin, () => new Promise((resolve) => setImmediate(resolve)));
      for (let round = 0; round < 10; round += 1) await append(stream(1), 'any', 100);
      await until(() => expect(seen.events).toHaveLength(1000));
      expect(seen.events.map(({ revision }) => revision)).toEqual(Array.from({ length: 1000 }, (_, n) => n));
      await seen.stop();
    });

    it('ends a subscription soon after it is told to, idle or not, without an error', async () => {
      const seen = follow(log, startOfLog);
      await until(() => expect(seen.caughtUp).toHaveLength(1));
      const begun = performance.now();
      await seen.stop();
      expect(performance.now() - begun).toBeLessThan(10_000);
      const aborted = new AbortController();
      aborted.abort();
      for await (const item of log.subscribe({ after: startOfLog, signal: aborted.signal }))
        throw new Error(`nothing should come, not ${item.kind}`);
    });

    it('keeps every acknowledged append exactly once, in gapless streams, however they come', async () => {
      const plans = fc.array(
        fc.record({
          to: fc.integer({ min: 0, max: 3 }),
          count: fc.integer({ min: 1, max: 4 }),
          twice: fc.boolean(),
        }),
        { minLength: 1, maxLength: 40 },
      );
      let run = 0;
      await fc.assert(
        fc.asyncProperty(plans, async (plan) => {
          run += 1;
          const name = (to: number) => stream(`${run}-${to}`);
          const ids = plan.map(({ count }) => Array.from({ length: count }, () => v7()));
          await Promise.all(
            plan.flatMap(({ to, twice }, index) => {
              const events = (ids[index] ?? []).map((id) => newEvent({}, id));
              const once = () => log.append(name(to), 'any', events);
              return twice ? [once(), once()] : [once()];
            }),
          );
          const kept: string[] = [];
          for (const to of [0, 1, 2, 3]) {
            const events = await all(log.readStream(name(to)));
            expect(events.map(({ revision }) => revision)).toEqual(events.map((_, revision) => revision));
            kept.push(...events.map(({ id }) => id));
          }
          expect(kept.toSorted()).toEqual(ids.flat().toSorted());
        }),
        { numRuns: 20 },
      );
    });

    it('is one log to all who open it', async ({ skip }) => {
      if (opened.openSecond === undefined) return skip('this adapter has one handle only');
      const second = await opened.openSecond();
      expect(second.logId).toBe(log.logId);
      const seen = follow(second, begin);
      await until(() => expect(seen.caughtUp).toHaveLength(1));
      await append(stream(1), 'no_stream');
      await until(() => expect(seen.events).toHaveLength(1));
      const conflicts = await Promise.all([
        conflictOf(log.append(stream(1), 0, [newEvent()])),
        conflictOf(second.append(stream(1), 0, [newEvent()])),
      ]);
      expect(conflicts.filter((conflict) => conflict === null)).toHaveLength(1);
      await seen.stop();
      await second.close();
    });

    it('is called otherwise by who opens it after its identity was renewed, and told from what it was restored', async ({
      skip,
    }) => {
      if (opened.openSecond === undefined) return skip('this adapter has one handle only');
      const through = await log.head();
      const restored = { logId: log.logId, through, backedUpAt: '2026-01-01T00:00:00.000Z' };
      const renewed = await renewIdentity(log, { id: 'cli:test', name: 'test' }, restored);
      expect(renewed).not.toBe(log.logId);
      const second = await opened.openSecond();
      expect(second.logId).toBe(renewed);
      const told = (await all(second.readStream('log'))).slice(-2);
      expect(told.map(({ type, data }) => ({ type, data }))).toEqual([
        { type: 'LogRestored', data: restored },
        { type: 'LogIdentified', data: { logId: renewed } },
      ]);
      await second.close();
    });

    it('refuses what comes after it was closed, and closes once', async () => {
      const inFlight = append(stream(1), 'no_stream');
      await log.close();
      expect((await inFlight).revision).toBe(0);
      await log.close();
      await expect(append(stream(2), 'no_stream')).rejects.toThrow(/closed/);
    });
  });
};
