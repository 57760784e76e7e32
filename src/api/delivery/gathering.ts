import { limits } from './limits.ts';

/** Calls `flush` at once where the last time is long ago, else when the gathering time is over. */
export const createGathering = (flush: () => void) => {
  let timer: NodeJS.Timeout | undefined;
  let lastFlush = 0;
  const now = (): void => {
    clearTimeout(timer);
    timer = undefined;
    lastFlush = performance.now();
    flush();
  };
  return {
    now,
    soon(): void {
      timer ??= setTimeout(now, Math.max(0, lastFlush + limits.gatherMs - performance.now()));
    },
    stop: (): void => clearTimeout(timer),
  };
};
