import { pino } from 'pino';
import { expect, it } from 'vitest';
import { noReport } from '../../../src/api/delivery/report.ts';
import { readConfig } from '../../../src/config.ts';
import { positionOf } from '../../../src/events/ids.ts';
import type { EventLog, RecordedEvent, SubscriptionItem } from '../../../src/events/log/eventLog.ts';
import { createArrivals } from '../../../src/tracing/arrivals.ts';
import { rootOf } from '../../../src/tracing/ids.ts';
import { openTracing } from '../../../src/tracing/tracing.ts';
import { newEvent } from '../../support/newEvent.ts';

const logger = pino({ level: 'silent' });

it('wraps nothing at all unless traces are to be sent somewhere', async () => {
  const tracing = await openTracing(readConfig({}), logger);
  const log = { append: () => Promise.reject(new Error()), subscribe: () => (async function* () {})() };
  const documents = { write: async () => {} };
  expect(tracing.requests).toBeNull();
  expect(tracing.drawings).toBeNull();
  expect(tracing.appending(log)).toBe(log);
  expect(tracing.projecting(log, documents)).toEqual({ log, documents });
  expect(tracing.projecting(log, documents).documents).toBe(documents);
  expect(tracing.delivering(log, noReport).report).toBe(noReport);
});

it('names a trace as its correlation id, which is a UUID nearly always', () => {
  const id = '019A1b2c-0000-7000-8000-00000000000f';
  expect(rootOf(id).traceId).toBe('019a1b2c00007000800000000000000f');
  for (const given of [id, 'given by hand', '']) {
    expect(rootOf(given).traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(rootOf(given).spanId).toMatch(/^[0-9a-f]{16}$/);
    expect(rootOf(given)).toEqual(rootOf(given));
  }
  expect(rootOf('one')).not.toEqual(rootOf('other'));
});

const recorded = (number: number, recordedAt: string): RecordedEvent => ({
  ...newEvent(),
  ...{ stream: 'message-1' as RecordedEvent['stream'], revision: 0, recordedAt },
  position: positionOf(number),
});

/** What is known of these events after they have been read. */
const arrivalsOf = async (events: readonly RecordedEvent[]) => {
  const arrivals = createArrivals();
  const log: Pick<EventLog, 'subscribe'> = {
    async *subscribe(): AsyncGenerator<SubscriptionItem> {
      yield { kind: 'events', events };
      yield { kind: 'caughtUp', position: positionOf(events.length) };
    },
  };
  const read: SubscriptionItem['kind'][] = [];
  const signal = new AbortController().signal;
  for await (const { kind } of arrivals.from(log).subscribe({ after: positionOf(0), signal }))
    read.push(kind);
  expect(read).toEqual(['events', 'caughtUp']);
  return arrivals;
};

it('notes each event that has just happened once, and passes all of them on', async () => {
  const now = new Date().toISOString();
  const arrivals = await arrivalsOf([1, 2, 3].map((number) => recorded(number, now)));
  expect(arrivals.take(positionOf(2))?.event.position).toBe(positionOf(2));
  expect(arrivals.take(positionOf(2))).toBeNull();
  expect(arrivals.takeUpTo(positionOf(2)).map(({ event }) => event.position)).toEqual([positionOf(1)]);
  expect(arrivals.takeUpTo(positionOf(9)).map(({ event }) => event.position)).toEqual([positionOf(3)]);
});

it('does not take for a part of a request what is read again later, and keeps no more than a thousand', async () => {
  const old = await arrivalsOf([recorded(1, new Date(Date.now() - 120_000).toISOString())]);
  expect(old.take(positionOf(1))).toBeNull();
  const now = new Date().toISOString();
  const many = await arrivalsOf(Array.from({ length: 1_500 }, (_, index) => recorded(index + 1, now)));
  expect(many.takeUpTo(positionOf(9_999))).toHaveLength(1_000);
});
