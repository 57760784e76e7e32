import type { Observable } from './client.ts';

/** An observable that its owner changes. */
export interface Store<Value> extends Observable<Value> {
  /** Listeners are told once for all changes of a turn, so that a batch is one redraw. */
  readonly set: (value: Value) => void;
}

export const createStore = <Value>(first: Value): Store<Value> => {
  let value = first;
  let told = true;
  const listeners = new Set<() => void>();
  const tell = () => {
    told = true;
    for (const listener of [...listeners]) listener();
  };
  return {
    current: () => value,
    set: (next) => {
      if (Object.is(next, value)) return;
      value = next;
      if (!told) return;
      told = false;
      queueMicrotask(tell);
    },
    subscribe: (listener) => {
      // Its own function for each caller: the same listener given twice is two subscriptions.
      const own = () => listener();
      listeners.add(own);
      return () => {
        listeners.delete(own);
      };
    },
  };
};
