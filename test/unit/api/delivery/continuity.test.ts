import { describe, expect, it } from 'vitest';
import { createContinuity } from '../../../../src/api/delivery/continuity.ts';
import { positionOf, startOfLog } from '../../../../src/events/ids.ts';

const at = (position: number) => ({ position: positionOf(position) });
const positions = (items: readonly { readonly position: string }[]) =>
  items.map(({ position }) => Number(position));

describe('what a subscription to a log that numbers its events one after the other yields', () => {
  it('is taken as far as it follows, and once', () => {
    const continuity = createContinuity(positionOf(4));
    expect(positions(continuity.take([at(3), at(4), at(5), at(5), at(6)]))).toEqual([5, 6]);
    expect(continuity.take([at(5), at(6)])).toEqual([]);
    expect(continuity.end()).toBe(positionOf(6));
  });

  it('is not taken after a gap, before that was read', () => {
    const continuity = createContinuity(startOfLog);
    expect(positions(continuity.take([at(1), at(2), at(4), at(5)]))).toEqual([1, 2]);
    expect(continuity.end()).toBe(positionOf(2));
    expect(positions(continuity.trust([at(3), at(4), at(5)], positionOf(5)))).toEqual([3, 4, 5]);
    expect(positions(continuity.take([at(6)]))).toEqual([6]);
  });

  it('is taken after a hole of the log itself, once that was read', () => {
    const continuity = createContinuity(startOfLog);
    expect(continuity.take([at(3)])).toEqual([]);
    expect(positions(continuity.trust([at(3)], positionOf(3)))).toEqual([3]);
    expect(positions(continuity.take([at(4)]))).toEqual([4]);
  });
});
