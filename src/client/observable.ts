import type { Observable } from './client.ts';

/** An observable that its owner changes. */
export interface Store<State> extends Observable<State> {
  /** Listeners are told once for all changes of a turn, so that a batch is one redraw. */
  readonly set: (state: State) => void;
}

export const createStore = <State>(first: State): Store<State> => {
  let state = first;
  let told = true;
  const listeners = new Set<() => void>();
  const tell = () => {
    told = true;
    for (const listener of [...listeners]) listener();
  };
  return {
    get state() {
      return state;
    },
    set: (next) => {
      if (Object.is(next, state)) return;
      state = next;
      if (!told) return;
      told = false;
      queueMicrotask(tell);
    },
    on: (_, listener) => {
      // Its own function for each caller: the same listener given twice is two subscriptions.
      const own = () => listener(state);
      listeners.add(own);
      return () => {
        listeners.delete(own);
      };
    },
  };
};

/**
 * The present state, then each newer one, until `closed`. States that come and go while the consumer is
 * busy are passed over: it gets the newest, however slow it is, and nothing is kept for it.
 */
export async function* statesOf<State>(
  observable: Observable<State>,
  closed: AbortSignal,
): AsyncGenerator<State, void, void> {
  let wake = () => {};
  const changed = () => wake();
  const stop = observable.on('change', changed);
  closed.addEventListener('abort', changed);
  try {
    while (!closed.aborted) {
      const { state } = observable;
      yield state;
      while (observable.state === state && !closed.aborted)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  } finally {
    stop();
    closed.removeEventListener('abort', changed);
  }
}
