import { setTimeout as delay } from 'node:timers/promises';

/** The promise's result, or undefined once the signal aborts; nothing stays attached to the signal. */
export const unlessAborted = <Result>(
  promise: Promise<Result>,
  signal: AbortSignal,
): Promise<Result | undefined> =>
  new Promise((resolve, reject) => {
    const abort = (): void => resolve(undefined);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort);
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });

/** Waits, no longer than until the signal aborts. */
export const pause = async (milliseconds: number, signal: AbortSignal): Promise<void> => {
  try {
    await delay(milliseconds, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
};
