import type { Position, UserId } from '../../events/ids.ts';
import type { Scope } from '../../projections/readModel.ts';
import { type Entry, entryOf, type SeenEvent } from './entry.ts';
import { scopeKey } from './keys.ts';

/** A subscription, as the feed knows it. */
export interface Interested {
  readonly scope: Scope;
  readonly viewer: UserId;
  live(entries: readonly Entry[], through: Position): void;
}

/** Who is interested in which scope: an event costs those whom it concerns, not everyone. */
export const createInterests = () => {
  const byKey = new Map<string, Set<Interested>>();
  return {
    add(interested: Interested): void {
      const key = scopeKey(interested.scope, interested.viewer);
      const others = byKey.get(key);
      if (others === undefined) byKey.set(key, new Set([interested]));
      else others.add(interested);
    },
    remove(interested: Interested): void {
      const key = scopeKey(interested.scope, interested.viewer);
      const others = byKey.get(key);
      others?.delete(interested);
      if (others?.size === 0) byKey.delete(key);
    },
    /** To each whom some of the events concern: those events, in the form in which they see them. */
    hand(events: readonly SeenEvent[], through: Position): void {
      const concerned = new Map<Interested, Entry[]>();
      for (const seen of events)
        for (const key of seen.keys)
          for (const interested of byKey.get(key) ?? []) {
            const entry = entryOf(seen, interested.scope, interested.viewer);
            const entries = concerned.get(interested);
            if (entries === undefined) concerned.set(interested, [entry]);
            else entries.push(entry);
          }
      for (const [interested, entries] of concerned) interested.live(entries, through);
    },
  };
};

export type Interests = ReturnType<typeof createInterests>;
