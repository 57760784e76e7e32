import type { UserId } from '../../events/ids.ts';
import { isPublic } from '../../events/public.ts';
import type { Scope } from '../../projections/readModel.ts';
import { audience, movesQueue, type OwnedEvent } from '../../projections/scopes.ts';

const queueKey = 'queue';

/** One text for all who see the same events of a scope: by it interests and the tail find what concerns whom. */
export const scopeKey = (scope: Scope, viewer: UserId): string => {
  switch (scope.scope) {
    case 'conversation':
      return `conversation ${scope.id}`;
    case 'user':
      return `user ${viewer}`;
    case 'queue':
      return queueKey;
  }
};

/** The keys of every scope that an event is in. */
export const keysOf = (event: OwnedEvent): string[] => {
  if (!isPublic(event.type)) return [];
  const userId = audience(event, event.ownerId ?? null);
  const keys = userId === null ? [] : [`user ${userId}`];
  if (event.conversationId !== undefined) keys.push(`conversation ${event.conversationId}`);
  if (movesQueue(event)) keys.push(queueKey);
  return keys;
};
