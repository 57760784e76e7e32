import { describe, expect, it } from 'vitest';
import { createContinuity } from '../../../../src/api/delivery/continuity.ts';
import { positionOf, startOfLog } from '../../../../src/events/ids.ts';
import type { StreamName } from '../../../../src/events/streams.ts';

const at = (position: number, stream = 'a', revision = position - 1) => ({
  position: positionOf(position),
  stream: `job-${stream}` as StreamName,
  revision,
});
const positions = (items: readonly { readonly position: string }[]) =>
  items.map(({ position }) => Number(position));

describe('in a log that numbers its events one after the other', () => {
  it('takes what follows, and once', () => {
    const continuity = createContinuity(positionOf(4), true);
    const { news, missingAfter } = continuity.take([at(3), at(4), at(5), at(5), at(6)]);
    expect(positions(news)).toEqual([5, 6]);
    expect(missingAfter).toBeNull();
    expect(continuity.take([at(5), at(6)]).news).toEqual([]);
  });

  it('stops before what comes after a gap, and says from where to read again', () => {
    const continuity = createContinuity(startOfLog, true);
    const { news, missingAfter } = continuity.take([at(1), at(2), at(4), at(5)]);
    expect(positions(news)).toEqual([1, 2]);
    expect(missingAfter).toBe(positionOf(2));
    expect(positions(continuity.trust([at(3), at(4), at(5)], positionOf(5)))).toEqual([3, 4, 5]);
    expect(continuity.take([at(6)])).toMatchObject({ missingAfter: null });
  });

  it('takes a hole of the log itself for what it is', () => {
    const continuity = createContinuity(startOfLog, true);
    expect(continuity.take([at(3)]).missingAfter).toBe(startOfLog);
    expect(positions(continuity.trust([at(3)], positionOf(3)))).toEqual([3]);
    expect(continuity.take([at(4)]).missingAfter).toBeNull();
  });
});

describe('in a log that numbers only its streams', () => {
  it('takes any position, but not a revision that is not the next', () => {
    const continuity = createContinuity(startOfLog, false);
    expect(positions(continuity.take([at(10, 'a', 0), at(25, 'b', 0), at(40, 'a', 1)]).news)).toEqual([
      10, 25, 40,
    ]);
    const { news, missingAfter } = continuity.take([at(60, 'a', 2), at(70, 'b', 2)]);
    expect(positions(news)).toEqual([60]);
    expect(missingAfter).toBe(positionOf(25));
  });

  it('tells a stream that it has not seen for long from one whose begin was left out', () => {
    const continuity = createContinuity(positionOf(100), false);
    const page = [at(210, 'old', 7), at(220, 'new', 1), at(230, 'newest', 0)];
    expect(continuity.strangers(page)).toEqual([page[0], page[1]]);
    continuity.learn(at(90, 'old', 6));
    continuity.learn(at(150, 'new', 0));
    const { news, missingAfter } = continuity.take(page);
    expect(positions(news)).toEqual([210]);
    expect(missingAfter).toBe(positionOf(149));
  });
});
