import type { Position, UserId } from '../../events/ids.ts';
import type { Scope } from '../../projections/readModel.ts';
import { audience, movesQueue } from '../../projections/scopes.ts';
import { type Entry, entryOf, type SeenEvent } from './entry.ts';

/** A subscription, as the feed knows it. */
export interface Interested {
  readonly scope: Scope;
  readonly viewer: UserId;
  live(entries: readonly Entry[], through: Position): void;
}

const queueKey = 'queue';
const keyOf = ({ scope, viewer }: Interested): string => {
  switch (scope.scope) {
    case 'conversation':
      return `conversation ${scope.id}`;
    case 'user':
      return `user ${viewer}`;
    case 'queue':
      return queueKey;
  }
};

const keysOf = ({ event }: SeenEvent): string[] => [
  ...(event.conversationId === undefined ? [] : [`conversation ${event.conversationId}`]),
  ...audience(event).map((userId) => `user ${userId}`),
  ...(movesQueue(event) ? [queueKey] : []),
];

/** Who is interested in which scope: an event costs those whom it concerns, not everyone. */
export const createInterests = () => {
  const byKey = new Map<string, Set<Interested>>();
  return {
    add(interested: Interested): void {
      const key = keyOf(interested);
      const others = byKey.get(key);
      if (others === undefined) byKey.set(key, new Set([interested]));
      else others.add(interested);
    },
    remove(interested: Interested): void {
      const key = keyOf(interested);
      const others = byKey.get(key);
      others?.delete(interested);
      if (others?.size === 0) byKey.delete(key);
    },
    /** To each whom some of the events concern: those events, in the form in which they see them. */
    hand(events: readonly SeenEvent[], through: Position): void {
      const concerned = new Map<Interested, Entry[]>();
      for (const seen of events)
        for (const key of keysOf(seen))
          for (const interested of byKey.get(key) ?? []) {
            const entry = entryOf(seen, interested.scope, interested.viewer);
            if (entry === null) continue;
            const entries = concerned.get(interested);
            if (entries === undefined) concerned.set(interested, [entry]);
            else entries.push(entry);
          }
      for (const [interested, entries] of concerned) interested.live(entries, through);
    },
  };
};

export type Interests = ReturnType<typeof createInterests>;
