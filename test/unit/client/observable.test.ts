import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createStore, derived, statesOf } from '../../../src/client/observable.ts';

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

describe('something that changes calmly', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('has its newest state at once, of which listeners are told once for many changes', async () => {
    const store = createStore(0);
    const told: number[] = [];
    store.on('change', (state) => told.push(state));
    for (let state = 1; state <= 100; state += 1) store.setCalmly(state);
    expect(store.state).toBe(100);
    expect(told).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(told).toEqual([100]);
  });

  it('tells everything at once as soon as something else changes', async () => {
    const store = createStore(0);
    const told: number[] = [];
    store.on('change', (state) => told.push(state));
    store.setCalmly(1);
    store.set(2);
    await vi.advanceTimersByTimeAsync(0);
    expect(told).toEqual([2]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(told).toEqual([2]);
  });
});

describe('what is made of the state of something that changes', () => {
  it('is made when it is asked for, once a state', async () => {
    const store = createStore(1);
    let made = 0;
    const doubled = derived(store, (state) => {
      made += 1;
      return { value: 2 * state };
    });
    for (let state = 2; state <= 100; state += 1) store.set(state);
    expect(doubled.state).toEqual({ value: 200 });
    expect(doubled.state).toBe(doubled.state);
    expect(made).toBe(2);
  });

  it('is told of with each change', async () => {
    const store = createStore(1);
    const told: number[] = [];
    derived(store, (state) => 2 * state).on('change', (state) => told.push(state));
    store.set(2);
    await turn();
    store.set(3);
    await turn();
    expect(told).toEqual([4, 6]);
  });
});
