import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createPlaceReports } from '../../../src/client/placeReports.ts';
import type { PlacesShown } from '../../../src/client/wire.ts';
import { type JobId, positionOf } from '../../../src/events/ids.ts';
import { emptyQueue, type QueuePlaces } from '../../../src/projections/places.ts';
import { scriptedLog } from '../../support/scriptedServer.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

const minute = 60_000;
const cursor = { logId: scriptedLog, through: positionOf(9) };

const queueOf = (waiting: QueuePlaces['waiting'], waitingCount = waiting.length): QueuePlaces => ({
  ...{ ...emptyQueue, waiting, waitingCount },
});
const job = (ticket: number, isOwn: boolean, place?: number) => ({
  ...{ ticket: positionOf(ticket), priority: 0, round: 0, own: isOwn ? ('mine' as JobId) : null },
  ...(place === undefined ? {} : { place }),
});
const third = queueOf([job(1, false), job(2, false), job(3, true)]);

const open = (everyMs = minute) => {
  const told: PlacesShown[] = [];
  return { told, reports: createPlaceReports(everyMs, (shown) => void told.push(shown)) };
};

it('tells the places of own jobs once the queue has been live for a while, and then now and then', () => {
  const { told, reports } = open();
  reports.shown(third, cursor);
  reports.begin();
  vi.advanceTimersByTime(minute / 2 - 1);
  reports.shown(third, cursor);
  expect(told).toEqual([]);
  vi.advanceTimersByTime(minute);
  reports.shown(third, cursor);
  reports.shown(third, cursor);
  expect(told).toEqual([
    { logId: scriptedLog, position: positionOf(9), places: [{ ticket: positionOf(3), place: 3 }] },
  ]);
  vi.advanceTimersByTime(2 * minute);
  reports.shown(third, cursor);
  expect(told.length).toBe(2);
});

it('begins to wait anew when the queue is live again after it was not', () => {
  const { told, reports } = open();
  reports.begin();
  vi.advanceTimersByTime(2 * minute);
  reports.begin();
  reports.shown(third, cursor);
  expect(told).toEqual([]);
});

it('tells the place that the server gave where the list has own jobs alone, and none where it is not known', () => {
  const { told, reports } = open();
  reports.begin();
  vi.advanceTimersByTime(2 * minute);
  reports.shown(queueOf([job(1_500, true, 1_400), job(1_600, true)], 2_000), cursor);
  expect(told[0]?.places).toEqual([{ ticket: positionOf(1_500), place: 1_400 }]);
});

it('tells nothing where no own job waits, and at most ten places', () => {
  const { told, reports } = open();
  reports.begin();
  vi.advanceTimersByTime(2 * minute);
  reports.shown(queueOf([job(1, false)]), cursor);
  expect(told).toEqual([]);
  reports.shown(queueOf(Array.from({ length: 30 }, (_, index) => job(index + 1, true))), cursor);
  expect(told[0]?.places.length).toBe(10);
});

it('tells nothing at all where it is told not to', () => {
  const { told, reports } = open(0);
  reports.begin();
  vi.advanceTimersByTime(100 * minute);
  reports.shown(third, cursor);
  expect(told).toEqual([]);
});
