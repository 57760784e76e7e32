import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { limits } from '../../../../src/api/delivery/limits.ts';
import { createPlaceChecks, type PlaceCheckParts } from '../../../../src/api/delivery/placeChecks.ts';
import { type PlacesShown, placesShown } from '../../../../src/api/delivery/requests.ts';
import { type LogId, positionOf } from '../../../../src/events/ids.ts';
import { ada, ben, jobNumber } from '../../../support/happened.ts';

const logId = '00000000-0000-7000-8000-0000000000aa' as LogId;

/** The log at its position 9: Ada's jobs with tickets 2 and 5 wait, in places 1 and 3. */
const open = (more: Partial<PlaceCheckParts> = {}) => {
  const lines: string[] = [];
  const counts = { matched: 0, mismatched: 0, unchecked: 0 };
  const at = { time: 0 };
  const waiting = [
    { ticket: positionOf(2), place: 1 },
    { ticket: positionOf(5), place: 3 },
  ].map((job, index) => ({
    ...{ ...job, jobId: jobNumber(index), ownerId: ada.id, priority: 0, round: 0 },
  }));
  const check = createPlaceChecks({
    log: { logId },
    readModel: { whenProcessed: async () => {} },
    past: { queue: async () => ({ paused: false, waiting: 4, running: 0, jobs: waiting }) },
    logger: pino({}, { write: (line) => void lines.push(line) }),
    clock: () => at.time,
    counted: (outcome, places) => {
      counts[outcome] += places;
    },
    ...more,
  });
  return { check, counts, lines, at };
};

const shows = (...places: readonly [ticket: number, place: number][]): PlacesShown => ({
  ...{ logId, position: positionOf(9) },
  places: places.map(([ticket, place]) => ({ ticket: positionOf(ticket), place })),
});

describe('places that a client shows', () => {
  it('match where the log has the same', async () => {
    const { check, counts } = open();
    await check(ada.id, shows([2, 1], [5, 3]));
    expect(counts).toEqual({ matched: 2, mismatched: 0, unchecked: 0 });
  });

  it('mismatch where the log has another, or none; and the log of the process says whose and which', async () => {
    const { check, counts, lines } = open();
    await check(ada.id, shows([2, 1], [5, 2], [7, 4]));
    expect(counts).toEqual({ matched: 1, mismatched: 2, unchecked: 0 });
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { viewer: ada.id, position: positionOf(9), ticket: positionOf(5), shown: 2, inLog: 3 },
      { viewer: ada.id, position: positionOf(9), ticket: positionOf(7), shown: 4, inLog: null },
    ]);
  });

  it('of another log are not compared', async () => {
    const { check, counts } = open();
    await check(ada.id, { ...shows([2, 9]), logId: '00000000-0000-7000-8000-0000000000bb' as LogId });
    expect(counts).toEqual({ matched: 0, mismatched: 0, unchecked: 1 });
  });

  it('are not compared where the documents do not come that far, and nothing is thrown', async () => {
    const behind = () => Promise.reject(new Error('behind'));
    const { check, counts } = open({ readModel: { whenProcessed: behind } });
    await check(ada.id, shows([2, 1]));
    expect(counts).toEqual({ matched: 0, mismatched: 0, unchecked: 1 });
  });

  it('are compared one person at a time, each at most every ten seconds', async () => {
    const { check, counts, at } = open();
    await Promise.all([check(ada.id, shows([2, 1])), check(ben.id, shows([2, 1]))]);
    expect(counts).toEqual({ matched: 1, mismatched: 0, unchecked: 1 });
    at.time = limits.checkEachMs - 1;
    await check(ada.id, shows([2, 1]));
    expect(counts).toEqual({ matched: 1, mismatched: 0, unchecked: 2 });
    at.time = limits.checkEachMs;
    await check(ada.id, shows([2, 1]));
    expect(counts).toEqual({ matched: 2, mismatched: 0, unchecked: 2 });
  });

  it('are left alone for a hundred times as long as the last check took', async () => {
    const at = { time: 0 };
    const whenProcessed = async () => {
      at.time += 5;
    };
    const { check, counts } = open({ clock: () => at.time, readModel: { whenProcessed } });
    await check(ada.id, shows([2, 1]));
    at.time = 504;
    await check(ben.id, shows([2, 1]));
    expect(counts).toEqual({ matched: 1, mismatched: 0, unchecked: 1 });
    at.time = 505;
    await check(ben.id, shows([2, 1]));
    expect(counts).toEqual({ matched: 2, mismatched: 0, unchecked: 1 });
  });
});

describe('a report of places', () => {
  it.each([
    ['none', []],
    ['more than ten', Array.from({ length: 11 }, (_, index) => [index + 1, index + 1] as [number, number])],
    ['a place below 1', [[1, 0] as [number, number]]],
    ['half a place', [[1, 1.5] as [number, number]]],
  ])('with %s is not valid', (_, places) => {
    expect(placesShown.safeParse(shows(...places)).success).toBe(false);
  });
});
