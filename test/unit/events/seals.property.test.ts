import fc from 'fast-check';
import { v7 } from 'uuid';
import { describe, expect, it } from 'vitest';
import type { EventId } from '../../../src/events/ids.ts';
import type { RecordedEvent } from '../../../src/events/log/eventLog.ts';
import { verifyLog } from '../../../src/events/log/seals/verifyLog.ts';
import { sealEvents } from '../../../src/events/seal.ts';
import { anyMetadata } from '../../support/anyFact.ts';
import { logOf, openRecords, sealedAnew } from '../../support/sealedLog.ts';

/** What may be done at a place of a log by who can write its file. */
type Tampering = (events: readonly RecordedEvent[], at: number, other: number) => RecordedEvent[];

const changed =
  (change: (event: RecordedEvent) => Partial<RecordedEvent>): Tampering =>
  (events, at) =>
    events.map((event, index) => (index === at ? { ...event, ...change(event) } : event));

const tamperings: Readonly<Record<string, Tampering>> = {
  'changed the data of': changed(({ data }) => ({ data: { ...data, added: 1 } })),
  'changed the id of': changed(() => ({ id: v7() as EventId })),
  'changed the type of': changed(({ type }) => ({ type: `${type}Not` })),
  'changed the actor of': changed(({ metadata }) => ({
    metadata: { ...metadata, actor: { id: 'eve', name: 'Eve' } },
  })),
  'changed the time of': changed(({ metadata }) => ({
    metadata: { ...metadata, at: '2026-01-01T00:00:00.001Z' },
  })),
  'moved to another stream': changed(() => ({ stream: 'job-other', revision: 0 })),
  'changed the revision of': changed(({ revision }) => ({ revision: revision + 1 })),
  removed: (events, at) => events.toSpliced(at, 1),
  'inserted another before': (events, at) => {
    const [event] = events.slice(at, at + 1);
    return event === undefined ? [...events] : events.toSpliced(at, 0, { ...event, id: v7() as EventId });
  },
  'swapped with another': (events, at, other) =>
    events.map((event, index) => {
      const from = index === at ? events[other] : index === other ? events[at] : event;
      return { ...(from ?? event), position: event.position };
    }),
};

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ stream: fc.constantFrom('job-a', 'job-b', 'message-c'), data: anyMetadata }),
  },
  { weight: 1, arbitrary: fc.constant('seal' as const) },
);

/** A log with seals here and there and one at its end, which covers all before it. */
const sealedLog = fc.array(step, { minLength: 2, maxLength: 30 }).map((steps) => {
  const { events, record, seal } = openRecords();
  record('log', 'LogIdentified', { logId: v7() });
  for (const each of steps)
    if (each === 'seal') seal();
    else record(each.stream as 'job-a', 'SomethingHappened', each.data);
  seal();
  return events;
});

describe('a log with seals', () => {
  it('is found to be as it was sealed', async () => {
    await fc.assert(
      fc.asyncProperty(sealedLog, fc.boolean(), async (events, isConsecutive) => {
        const { breach, sealed } = await verifyLog(logOf(events, isConsecutive));
        expect(breach).toBeNull();
        expect(sealed.count).toBe(events.length - 1);
      }),
    );
  });

  it.each(Object.entries(tamperings))(
    'gives away who %s any of its events, and between which seals',
    async (_, tamper) => {
      await fc.assert(
        fc.asyncProperty(sealedLog, fc.nat(), fc.nat(), fc.boolean(), async (events, a, b, isConsecutive) => {
          const at = a % (events.length - 1);
          const other = (at + 1 + (b % Math.max(1, events.length - 2))) % (events.length - 1);
          fc.pre(at !== other);
          const { breach } = await verifyLog(logOf(tamper(events, at, other), isConsecutive));
          if (breach === null) throw new Error('it was not found');
          const first = tamper === tamperings['swapped with another'] ? Math.min(at, other) : at;
          expect(breach.after.count).toBeLessThanOrEqual(first);
          if (events[first]?.type !== 'LogSealed' && breach.until !== null)
            expect(breach.until.count).toBeGreaterThan(first);
        }),
      );
    },
  );

  it('gives away who changed an event and rewrote every seal after it, by a seal that was published before', async () => {
    await fc.assert(
      fc.asyncProperty(sealedLog, fc.nat(), async (events, a) => {
        const at = a % (events.length - 1);
        fc.pre(events[at]?.type !== 'LogSealed');
        const published = events.flatMap(({ type, data }) =>
          type === 'LogSealed' ? [sealEvents.LogSealed.data.parse(data)] : [],
        );
        const rewritten = logOf(sealedAnew(changed(() => ({ data: { forged: true } }))(events, at, 0)), true);
        expect((await verifyLog(rewritten)).breach).toBeNull();
        expect((await verifyLog(rewritten, published)).breach).toMatchObject({
          until: { from: 'published' },
        });
      }),
    );
  });

  it('gives away who cut off its end, seals and all, by a seal that was published before', async () => {
    const { events, record, seal, chain } = openRecords();
    for (let number = 0; number < 5; number += 1) record('job-a', 'SomethingHappened', { number });
    seal();
    const sealed = events.length;
    for (let number = 0; number < 5; number += 1) record('job-a', 'SomethingHappened', { number });
    const published = [chain()];
    const cut = logOf(events.slice(0, sealed), true);
    expect((await verifyLog(cut)).breach).toBeNull();
    expect((await verifyLog(cut, published)).breach?.what).toMatch(
      /ends with event number 6, and 11 were sealed/,
    );
  });

  it('gives away who numbered its events anew', async () => {
    const { events, record, seal } = openRecords();
    for (let number = 0; number < 5; number += 1) record('job-a', 'SomethingHappened', { number });
    seal();
    const moved = events.map((event) => ({
      ...event,
      position: event.position.replace(/^0/, '1') as typeof event.position,
    }));
    expect((await verifyLog(logOf(moved, false))).breach?.what).toMatch(/numbered anew/);
  });

  it('names the first event after a removed one, where the log or the stream shows the gap', async () => {
    const { events, record, seal } = openRecords();
    for (let number = 0; number < 5; number += 1) record('job-a', 'SomethingHappened', { number });
    seal();
    const without = events.toSpliced(2, 1);
    for (const isConsecutive of [true, false]) {
      const { breach } = await verifyLog(logOf(without, isConsecutive));
      expect(breach?.position).toBe(events[3]?.position);
    }
  });
});
