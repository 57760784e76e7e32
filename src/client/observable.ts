import type { Observable } from './client.ts';

/** An observable that its owner changes. */
export interface Store<State> extends Observable<State> {
  /** Listeners are told once for all changes of a turn, so that a batch is one redraw. */
  readonly set: (state: State) => void;
  /** As `set`, but listeners are told once for all changes of the next milliseconds. */
  readonly setCalmly: (state: State) => void;
}

/** Nobody reads faster than this, and whoever is told copies and draws all there is. */
const calmMs = 50;

export const createStore = <State>(first: State): Store<State> => {
  let state = first;
  let told = true;
  let calm: ReturnType<typeof setTimeout> | null = null;
  const listeners = new Set<() => void>();
  const tell = () => {
    told = true;
    if (calm !== null) clearTimeout(calm);
    calm = null;
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
    setCalmly: (next) => {
      if (Object.is(next, state)) return;
      state = next;
      if (told) calm ??= setTimeout(tell, calmMs);
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

/** What is made of the state of another observable, when it is asked for. */
export const derived = <From, To>(source: Observable<From>, make: (from: From) => To): Observable<To> => {
  let from = source.state;
  let to = make(from);
  const current = (): To => {
    if (!Object.is(from, source.state)) {
      from = source.state;
      to = make(from);
    }
    return to;
  };
  return {
    get state() {
      return current();
    },
    on: (event, listener) => source.on(event, () => listener(current())),
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
