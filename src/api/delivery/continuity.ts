import { type Position, positionOf } from '../../events/ids.ts';
import type { RecordedEvent } from '../../events/log/eventLog.ts';

/*
 * Whether what a subscription to the log yields follows on what it yielded before. A log promises that; but
 * a client whose cursor has moved past an event never asks for it again, so here the promise is checked.
 *
 * Where the log numbers its events without holes, any position but the next is a gap. Elsewhere a subscription
 * can't be checked in time: the revisions of streams have no holes, but they tell only once that stream goes
 * on. By then clients hold cursors beyond the gap, and may be at other nodes that know nothing of it: an event
 * would be lost to them. So there nothing is `take`n; the log is read up to what its subscription tells of.
 */

type Placed = Pick<RecordedEvent, 'position'>;

export const createContinuity = (begin: Position) => {
  let end = begin;
  return {
    end: (): Position => end,
    /** What a subscription yielded, as far as each is the next; what is repeated is left out. */
    take<Item extends Placed>(items: readonly Item[]): readonly Item[] {
      const news: Item[] = [];
      for (const item of items) {
        if (item.position <= end) continue;
        if (positionOf(BigInt(item.position) - 1n) !== end) break;
        end = item.position;
        news.push(item);
      }
      return news;
    },
    /** What was read from the log itself is what there is: a hole that is still in it is the log's own. */
    trust<Item extends Placed>(items: readonly Item[], through: Position): readonly Item[] {
      const news = items.filter(({ position }) => position > end);
      if (through > end) end = through;
      return news;
    },
  };
};

export type Continuity = ReturnType<typeof createContinuity>;
