import { useMemo, useSyncExternalStore } from 'react';
import { type ConversationId, conversationId } from '../../src/events/ids.ts';

/** The address after `#`: a reload or a link passed on leads to the same conversation. */
export const parseRoute = (hash: string): ConversationId | null => {
  const match = /^#\/c\/([^/]+)$/.exec(hash);
  return match ? (conversationId.safeParse(match[1]).data ?? null) : null;
};

export const routeTo = (id: ConversationId | null): string => (id === null ? '#/' : `#/c/${id}`);

export const go = (id: ConversationId | null): void => {
  location.hash = routeTo(id);
};

const subscribe = (listener: () => void): (() => void) => {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
};

export const useRoute = (): ConversationId | null => {
  const hash = useSyncExternalStore(
    subscribe,
    () => location.hash,
    () => '',
  );
  return useMemo(() => parseRoute(hash), [hash]);
};
