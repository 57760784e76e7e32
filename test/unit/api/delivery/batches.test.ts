import { describe, expect, it } from 'vitest';
import { cut } from '../../../../src/api/delivery/batches.ts';
import { positionOf, startOfLog } from '../../../../src/events/ids.ts';
import { entryAt, positionsOf } from '../../../support/deliveryEntries.ts';

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('cutting events into batches', () => {
  it('makes no batch of nothing', () => {
    expect([...cut([], startOfLog, positionOf(9))]).toEqual([]);
  });

  it('puts at most 200 events into a batch and chains each to the event before it', () => {
    const batches = [
      ...cut(
        numbers(11, 460).map((n) => entryAt(n)),
        positionOf(7),
        positionOf(500),
      ),
    ];
    expect(batches.map(({ events }) => events.length)).toEqual([200, 200, 50]);
    expect(batches.map(({ after }) => Number(after))).toEqual([7, 210, 410]);
    expect(batches.map(({ through }) => Number(through))).toEqual([210, 410, 500]);
  });

  it('keeps a batch within 262,144 bytes with its envelope', () => {
    const batches = [
      ...cut(
        numbers(1, 10).map((n) => entryAt(n, { bytes: 100_000 })),
        startOfLog,
        positionOf(10),
      ),
    ];
    expect(batches.map(({ events }) => events.length)).toEqual([2, 2, 2, 2, 2]);
    for (const { bytes } of batches) expect(bytes).toBeLessThanOrEqual(262_144);
  });

  it('leaves progress out where later progress of the same job is in the batch, and counts it in the chain', () => {
    const entries = [
      entryAt(1, { progressOf: 'a' }),
      entryAt(2, { progressOf: 'b' }),
      entryAt(3),
      entryAt(4, { progressOf: 'a' }),
      entryAt(5, { progressOf: 'a' }),
    ];
    const [batch, ...more] = [...cut(entries, startOfLog, positionOf(5))];
    expect(more).toEqual([]);
    expect(positionsOf(batch?.events ?? [])).toEqual([2, 3, 5]);
    expect(batch).toMatchObject({ after: startOfLog, last: positionOf(5) });
  });

  it('fits any number of progress events of one job into one batch', () => {
    const entries = numbers(1, 5_000).map((n) => entryAt(n, { progressOf: 'a' }));
    const batches = [...cut(entries, startOfLog, positionOf(5_000))];
    expect(batches.map(({ events }) => positionsOf(events))).toEqual([[5_000]]);
  });

  it('chains to an event that was left out when a batch ends with its job going on', () => {
    const entries = numbers(1, 201).map((n) => entryAt(n, n === 200 ? { progressOf: 'a' } : {}));
    const [first, second] = [
      ...cut([...entries, entryAt(202, { progressOf: 'a' })], startOfLog, positionOf(202)),
    ];
    expect(positionsOf(first?.events ?? [])).toContain(200);
    expect(second).toMatchObject({ after: positionOf(200), through: positionOf(202) });
  });
});
