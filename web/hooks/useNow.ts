import { useSyncExternalStore } from 'react';

/** One clock for all cards, so that fifty of them tick together and with one timer. */
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | null = null;
let current = Date.now();

const tick = (): void => {
  current = Date.now();
  for (const listener of listeners) listener();
};

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  timer ??= setInterval(tick, 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0 || timer === null) return;
    clearInterval(timer);
    timer = null;
  };
};

const still = (): (() => void) => () => undefined;
const read = (): number => {
  // Nobody listened for a while: the last tick is old, and a card would start with a wrong time.
  if (timer === null) current = Date.now();
  return current;
};
const frozen = (): number => 0;

/** The time in milliseconds, each second while `ticking`; 0 while not, so that nothing is drawn again. */
export const useNow = (ticking: boolean): number =>
  useSyncExternalStore(ticking ? subscribe : still, ticking ? read : frozen, ticking ? read : frozen);
