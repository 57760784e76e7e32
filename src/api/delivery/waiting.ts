import { setTimeout as delay } from 'node:timers/promises';
import type { Position } from '../../events/ids.ts';
import { limits } from './limits.ts';

/** Those who wait for the feed to reach a position. */
export const createWaiting = () => {
  const waiting = new Set<{ readonly position: Position; readonly settle: (reached: boolean) => void }>();
  return {
    /** Resolves with true once `reached` was called with that position or a later one; false after `timeoutMs`. */
    wait: (position: Position, timeoutMs: number): Promise<boolean> =>
      new Promise((resolve) => {
        const timer = setTimeout(() => one.settle(false), timeoutMs);
        const one = {
          position,
          settle: (reached: boolean): void => {
            clearTimeout(timer);
            waiting.delete(one);
            resolve(reached);
          },
        };
        waiting.add(one);
      }),
    reached(position: Position): void {
      for (const one of [...waiting]) if (one.position <= position) one.settle(true);
    },
    giveUp(): void {
      for (const one of [...waiting]) one.settle(false);
    },
  };
};

/** How long to wait between tries: twice as long each time, from the first again after a success. */
export const createPauses = (signal?: AbortSignal) => {
  let next: number = limits.firstRetryMs;
  return {
    succeeded(): void {
      next = limits.firstRetryMs;
    },
    /** Resolves after the pause, or at once when aborted. It doesn't keep the process alive. */
    async pause(): Promise<void> {
      const milliseconds = next;
      next = Math.min(next * 2, limits.longestRetryMs);
      if (signal?.aborted) return;
      const until = signal === undefined ? {} : { signal };
      await delay(milliseconds, undefined, { ...until, ref: false }).catch((error: unknown) => {
        if (!signal?.aborted) throw error;
      });
    },
  };
};

export type Pauses = ReturnType<typeof createPauses>;
