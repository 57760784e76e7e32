import { type Position, startOfLog } from '../../events/ids.ts';
import type { SeenEvent } from './entry.ts';
import { limits } from './limits.ts';

/** An event, and what remembering it costs. */
export interface Remembered {
  readonly seen: SeenEvent;
  readonly bytes: number;
}

/** What is remembered of one scope. */
interface ScopeTail {
  /** Of the scope's last event before the remembered ones; null where that isn't known. */
  before: Position | null;
  events: SeenEvent[];
}

/** Where the events after a position begin: they are many, and asked for again and again by who catches up. */
const firstAfter = (events: readonly SeenEvent[], position: Position): number => {
  let [from, to] = [0, events.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    const found = events[middle];
    if (found !== undefined && found.event.position <= position) from = middle + 1;
    else to = middle;
  }
  return from;
};

/**
 * The newest events of the log, remembered once a node, and found by scope. Because it holds everything after
 * `start` without a gap, a subscription that has read up to anywhere behind `start` goes over to live in one
 * step, and a client that was away for seconds is served without reading any document.
 */
export const createTail = (begin: Position) => {
  let start = begin;
  let end = begin;
  let bytes = 0;
  let events: Remembered[] = [];
  const scopes = new Map<string, ScopeTail>();

  const scopeOf = (key: string): ScopeTail => {
    const known = scopes.get(key);
    if (known !== undefined) return known;
    // Where nothing is before the tail, nothing of the scope is.
    const added: ScopeTail = { before: start === startOfLog ? startOfLog : null, events: [] };
    scopes.set(key, added);
    return added;
  };

  const forgetIn = (scope: ScopeTail): void => {
    const first = firstAfter(scope.events, start);
    scope.before = scope.events[first - 1]?.event.position ?? scope.before;
    scope.events = scope.events.slice(first);
  };

  const forgetOldest = (): void => {
    let forgotten = 0;
    const touched = new Set<string>();
    for (const old of events) {
      if (events.length - forgotten <= limits.tailEvents && bytes <= limits.tailBytes) break;
      bytes -= old.bytes;
      start = old.seen.event.position;
      for (const key of old.seen.keys) touched.add(key);
      forgotten += 1;
    }
    events = events.slice(forgotten);
    for (const key of touched) forgetIn(scopeOf(key));
    // Of a scope that is quiet only its last position is kept; of those not even all.
    for (const [key, scope] of scopes) {
      if (scopes.size <= limits.tailScopes) break;
      if (scope.events.length === 0) scopes.delete(key);
    }
  };

  return {
    /** What came after the last call, up to `through`. Events of no scope may be left out. */
    push(added: readonly Remembered[], through: Position): void {
      for (const one of added) {
        events.push(one);
        for (const key of one.seen.keys) scopeOf(key).events.push(one.seen);
        bytes += one.bytes;
      }
      end = through;
      // Forgetting copies what stays, so it is done for a quarter at a time.
      if (events.length > limits.tailEvents * 1.25 || bytes > limits.tailBytes * 1.25) forgetOldest();
    },
    /** Remembers nothing of what came before, as if it began here: somebody had something erased. */
    forget(): void {
      start = end;
      events = [];
      bytes = 0;
      for (const scope of scopes.values()) forgetIn(scope);
    },
    end: (): Position => end,
    /** Whether everything after `position` is remembered. */
    reachesBack: (position: Position): boolean => position >= start,
    /**
     * The scope's first events after `position`, at most so many: if it is fewer, there are no more. Null where some of
     * them are forgotten.
     */
    since(key: string, position: Position, most: number): readonly SeenEvent[] | null {
      if (position < start) return null;
      const found = scopes.get(key)?.events ?? [];
      const first = firstAfter(found, position);
      return found.slice(first, first + most);
    },
    /** Position of the scope's last event at or before `position`; null where that isn't remembered. */
    previous(key: string, position: Position): Position | null {
      if (position < start || position > end) return null;
      const scope = scopes.get(key);
      const events = scope?.events ?? [];
      const last = events[firstAfter(events, position) - 1];
      return last?.event.position ?? scope?.before ?? (start === startOfLog ? startOfLog : null);
    },
    /** Has it know the scope's last event at or before `position`, which was found out elsewhere. */
    learn(key: string, position: Position, previous: Position): void {
      // Where that lies in the tail, or the tail has moved on since, it says nothing about what came before.
      if (previous <= start && position >= start) scopeOf(key).before = previous;
    },
  };
};

export type Tail = ReturnType<typeof createTail>;
