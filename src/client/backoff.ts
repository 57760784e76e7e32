/**
 * How long to wait before the attempt after the `attempt`-th (from 0): doubled each time, up to `most`,
 * and spread at random over its upper half, so that clients that failed together don't return together.
 */
export const backoff = (attempt: number, first: number, most: number): number =>
  Math.min(most, first * 2 ** Math.min(attempt, 20)) * (0.5 + Math.random() / 2);

/** Resolves after that time; rejects with the signal's reason as soon as it is aborted. */
export const wait = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const abort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', abort, { once: true });
  });
