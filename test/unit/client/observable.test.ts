import { describe, expect, it } from 'vitest';
import { createStore, statesOf } from '../../../src/client/observable.ts';

const turn = () => new Promise((resolve) => setTimeout(resolve));

describe('the states of something that changes, one after another', () => {
  it('begin with the present one, and end when it is closed', async () => {
    const store = createStore(1);
    const closing = new AbortController();
    const seen: number[] = [];
    const done = (async () => {
      for await (const state of statesOf(store, closing.signal)) seen.push(state);
    })();
    await turn();
    store.set(2);
    await turn();
    closing.abort();
    await done;
    store.set(3);
    expect(seen).toEqual([1, 2]);
  });

  it('are skipped by whoever is busy, but for the newest', async () => {
    const store = createStore(0);
    const closing = new AbortController();
    const seen: number[] = [];
    const done = (async () => {
      for await (const state of statesOf(store, closing.signal)) {
        seen.push(state);
        await turn();
        await turn();
        if (state === 1_000) closing.abort();
      }
    })();
    for (let state = 1; state <= 1_000; state += 1) {
      store.set(state);
      if (state % 100 === 0) await Promise.resolve();
    }
    await done;
    expect(seen).toEqual([0, 1_000]);
  });

  it('are not listened for any more once the loop is left', async () => {
    const store = createStore(1);
    let listeners = 0;
    const counted = {
      get state() {
        return store.state;
      },
      on: (event: 'change', listener: (state: number) => void) => {
        listeners += 1;
        const stop = store.on(event, listener);
        return () => {
          listeners -= 1;
          stop();
        };
      },
    };
    for await (const state of statesOf(counted, new AbortController().signal)) {
      expect([state, listeners]).toEqual([1, 1]);
      break;
    }
    expect(listeners).toBe(0);
  });
});
