import type { UserId } from '../../events/ids.ts';
import type { Scope } from '../../projections/readModel.ts';
import { audience, movesQueue } from '../../projections/scopes.ts';
import type { SeenEvent } from './entry.ts';

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

/** The keys of every scope that a public event is in. */
export const keysOf = ({ event }: SeenEvent): string[] => [
  ...(event.conversationId === undefined ? [] : [`conversation ${event.conversationId}`]),
  ...audience(event).map((userId) => `user ${userId}`),
  ...(movesQueue(event) ? [queueKey] : []),
];
