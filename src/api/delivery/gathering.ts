import type { SeenEvent } from './entry.ts';
import { createHeld } from './held.ts';
import { limits } from './limits.ts';

export interface GatheringParts {
  /** All that has come of a scope since the last time. */
  hand(key: string, events: readonly SeenEvent[]): void;
  /** Some were handed out; or all that came were of no scope. */
  handed(): void;
}

/**
 * Holds the events of each scope for some milliseconds from the first on, so that its clients get one packet for all that
 * came meanwhile; at once where nothing has been handed out for that long. With a beat of its own for each scope instead
 * of one for all, a packet has one event more: the first, which a common beat would find already waiting.
 */
export const createGathering = ({ hand, handed }: GatheringParts) => {
  const held = createHeld();
  let timer: NodeJS.Timeout | undefined;
  let lastFlush = 0;

  const flush = (heldSince: number): void => {
    clearTimeout(timer);
    timer = undefined;
    lastFlush = performance.now();
    for (const [key, events] of held.take(heldSince)) hand(key, events);
    handed();
    const since = held.since();
    if (since !== null) flushAt(since + limits.gatherMs);
  };
  /** Those that would be due in the next moment go with it: else there would be a timer for each scope. */
  const flushDue = (): void => flush(performance.now() - limits.gatherMs + limits.gatherSlackMs);
  const flushAll = (): void => flush(Number.POSITIVE_INFINITY);
  const flushAt = (time: number): void => {
    timer = setTimeout(flushDue, Math.max(0, time - performance.now()));
  };

  return {
    add(events: readonly SeenEvent[]): void {
      const now = performance.now();
      held.add(events, now);
      if (held.count() >= limits.gatherEvents) flushAll();
      else if (timer !== undefined) return;
      else if (now - lastFlush >= limits.gatherMs) timer = setTimeout(flushAll, 0);
      else flushAt((held.since() ?? lastFlush) + limits.gatherMs);
    },
    handedOut: held.handedOut,
    stop: (): void => clearTimeout(timer),
  };
};
