import { setTimeout } from 'node:timers/promises';

/** Waits, or throws the signal's reason as soon as it is aborted. A wait of nothing doesn't even yield to timers. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (ms <= 0) return;
  try {
    await setTimeout(ms, undefined, { signal });
  } catch (error) {
    // The timer throws an AbortError of its own; the port promises the signal's reason.
    signal.throwIfAborted();
    throw error;
  }
}

/** The promise's outcome, or the signal's reason, whichever is first. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

export const untilAborted = (signal: AbortSignal): Promise<never> =>
  orAborted(new Promise<never>(() => {}), signal);
