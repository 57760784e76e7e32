import { useMemo, useSyncExternalStore } from 'react';
import { type ConversationId, conversationId } from '../../src/events/ids.ts';

/** Where one is: in a conversation, at the whole queue, or at home. */
export type Route = ConversationId | 'queue' | null;

/** The address after `#`: a reload or a link passed on leads to the same place. */
export const parseRoute = (hash: string): Route => {
  if (hash === '#/queue') return 'queue';
  const match = /^#\/c\/([^/]+)$/.exec(hash);
  return match ? (conversationId.safeParse(match[1]).data ?? null) : null;
};

export const routeTo = (to: Route): string => (to === null ? '#/' : to === 'queue' ? '#/queue' : `#/c/${to}`);

export const go = (to: Route): void => {
  location.hash = routeTo(to);
};

const subscribe = (listener: () => void): (() => void) => {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
};

export const useRoute = (): Route => {
  const hash = useSyncExternalStore(
    subscribe,
    () => location.hash,
    () => '',
  );
  return useMemo(() => parseRoute(hash), [hash]);
};
