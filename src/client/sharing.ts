import type { Observable, Subscription } from './client.ts';
import { statesOf } from './observable.ts';
import type { ScopeFollower } from './scopeFollower.ts';

/** A scope that is followed, and what it shows. */
export interface OpenScope<View> {
  readonly store: Observable<View>;
  readonly follower: ScopeFollower;
  /** When it may be followed; null: at once. */
  readonly restored: Promise<void> | null;
  close(): void;
}

/** Scopes by key, each opened once for all who ask for it. */
export interface Sharing<Key, Scope> {
  /** The scope, and the way to give it back. */
  acquire(key: Key): { readonly scope: Scope; readonly release: () => void };
  get(key: Key): Scope | undefined;
  open(): readonly Scope[];
}

/**
 * Counts who uses a scope. It is closed in a microtask after the last one gave it back, not at once: a
 * component that is mounted anew gives back and asks again in one turn, and nothing need be read twice.
 */
export const createSharing = <Key, Scope>(
  create: (key: Key) => Scope,
  destroy: (scope: Scope, key: Key) => void,
): Sharing<Key, Scope> => {
  const entries = new Map<Key, { readonly scope: Scope; users: number }>();

  const release = (key: Key) => {
    const entry = entries.get(key);
    if (entry === undefined) return;
    entry.users -= 1;
    queueMicrotask(() => {
      if (entry.users > 0 || entries.get(key) !== entry) return;
      entries.delete(key);
      destroy(entry.scope, key);
    });
  };

  return {
    acquire: (key) => {
      const entry = entries.get(key) ?? { scope: create(key), users: 0 };
      entries.set(key, entry);
      entry.users += 1;
      let isReleased = false;
      return {
        scope: entry.scope,
        release: () => {
          if (isReleased) return;
          isReleased = true;
          release(key);
        },
      };
    },
    get: (key) => entries.get(key)?.scope,
    open: () => [...entries.values()].map(({ scope }) => scope),
  };
};

/** What a caller holds of a shared scope; while it isn't closed, `open` has the way to close it. */
export const subscriptionTo = <View>(
  { store }: OpenScope<View>,
  release: () => void,
  open: Set<() => void>,
): Subscription<View> => {
  const closing = new AbortController();
  const close = () => {
    open.delete(close);
    closing.abort();
    release();
  };
  open.add(close);
  return {
    get state() {
      return store.state;
    },
    on: store.on,
    [Symbol.asyncIterator]: () => statesOf(store, closing.signal),
    close,
  };
};
