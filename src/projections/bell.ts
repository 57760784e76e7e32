/**
 * Wakes a loop that has nothing to do. A ring while nobody waits is kept, so that nothing that
 * happened between looking and waiting is slept through.
 */
export interface Bell {
  ring(): void;
  /** Resolves at the next ring, at once where one is kept, or after `timeoutMs`, or when `signal` aborts. */
  next(signal: AbortSignal, timeoutMs: number): Promise<void>;
}

export const createBell = (): Bell => {
  let kept = false;
  let wake: (() => void) | null = null;
  return {
    ring() {
      kept = true;
      wake?.();
    },
    async next(signal, timeoutMs) {
      if (!kept && !signal.aborted)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(done, timeoutMs);
          function done(): void {
            clearTimeout(timer);
            signal.removeEventListener('abort', done);
            wake = null;
            resolve();
          }
          wake = done;
          signal.addEventListener('abort', done);
        });
      kept = false;
    },
  };
};
