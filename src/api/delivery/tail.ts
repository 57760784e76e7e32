import type { Position } from '../../events/ids.ts';
import type { SeenEvent } from './entry.ts';
import { limits } from './limits.ts';

/**
 * The newest events of the log, remembered once a node. Because it holds everything after `start`
 * without a gap, a subscription that has read up to anywhere behind `start` goes over to live in one step,
 * and a client that was away for seconds is served without reading anything.
 */
export const createTail = (begin: Position) => {
  let start = begin;
  let end = begin;
  let bytes = 0;
  let events: { readonly seen: SeenEvent; readonly bytes: number }[] = [];

  const forgetOldest = (): void => {
    let forgotten = 0;
    for (const old of events) {
      if (events.length - forgotten <= limits.tailEvents && bytes <= limits.tailBytes) break;
      bytes -= old.bytes;
      start = old.seen.event.position;
      forgotten += 1;
    }
    events = events.slice(forgotten);
  };

  return {
    /** What came after the last call, up to `through`. Events of no scope may be left out. */
    push(added: readonly { readonly seen: SeenEvent; readonly bytes: number }[], through: Position): void {
      for (const each of added) {
        events.push(each);
        bytes += each.bytes;
      }
      end = through;
      // Forgetting copies what stays, so it is done for a quarter at a time.
      if (events.length > limits.tailEvents * 1.25 || bytes > limits.tailBytes * 1.25) forgetOldest();
    },
    end: (): Position => end,
    /** Everything after `position`; null where some of it is forgotten. */
    since(position: Position): SeenEvent[] | null {
      if (position < start) return null;
      const found: SeenEvent[] = [];
      for (let index = events.length - 1; index >= 0; index -= 1) {
        const seen = events[index]?.seen;
        if (seen === undefined || seen.event.position <= position) break;
        found.push(seen);
      }
      return found.reverse();
    },
  };
};

export type Tail = ReturnType<typeof createTail>;
