import { type Position, positionOf } from '../../events/ids.ts';
import type { SeenEvent } from './entry.ts';

/** What waits to be handed out to those who follow one scope. */
interface HeldScope {
  readonly since: number;
  readonly events: SeenEvent[];
}

/**
 * Events that wait to be handed out, each scope's by themselves. Of a scope all are held or none: so its next events begin
 * where it was handed out last, however the scopes take turns.
 */
export const createHeld = () => {
  /** In the order in which they began to be held, which is that of their first events in the log. */
  const scopes = new Map<string, HeldScope>();
  let count = 0;

  const oldest = (): HeldScope | null => {
    const [first] = scopes.values();
    return first ?? null;
  };

  return {
    add(events: readonly SeenEvent[], now: number): void {
      for (const seen of events)
        for (const key of seen.keys) {
          const scope = scopes.get(key);
          if (scope === undefined) scopes.set(key, { since: now, events: [seen] });
          else scope.events.push(seen);
          count += 1;
        }
    },
    /** Each scope whose first event is held since then or longer, with its events; they are held no more. */
    *take(heldSince: number): Generator<readonly [key: string, events: readonly SeenEvent[]]> {
      for (const [key, { since, events }] of scopes) {
        if (since > heldSince) return;
        scopes.delete(key);
        count -= events.length;
        yield [key, events];
      }
    },
    count: (): number => count,
    /** When the first of them came; null where there is none. */
    since: (): number | null => oldest()?.since ?? null,
    /** Up to where every scope was handed out, if all that came reaches up to `end`. */
    handedOut(end: Position): Position {
      const [first] = oldest()?.events ?? [];
      return first === undefined ? end : positionOf(BigInt(first.event.position) - 1n);
    },
  };
};
