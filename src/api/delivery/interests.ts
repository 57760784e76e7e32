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
    /**
     * Events of one scope to each who follows it, in the form in which they see them. All of a conversation, and all that
     * one person has open, are given the same list: by that what is made of it is found again (batches.ts).
     */
    hand(key: string, events: readonly SeenEvent[], through: Position): void {
      let same: Entry[] | null = null;
      for (const interested of byKey.get(key) ?? []) {
        const { scope, viewer } = interested;
        const show = (): Entry[] => events.map((seen) => entryOf(seen, scope, viewer));
        if (scope.scope !== 'queue') same ??= show();
        interested.live(same ?? show(), through);
      }
    },
  };
};

export type Interests = ReturnType<typeof createInterests>;
