import { orAborted } from '../waiting.ts';

/** Lets one at a time through, in the order in which they came. */
export interface Turns {
  /** Resolves when it is one's turn, with what ends it; throws the signal's reason, and then leaves the line. */
  take(signal: AbortSignal): Promise<() => void>;
}

export const createTurns = (): Turns => {
  let last: Promise<void> = Promise.resolve();
  return {
    async take(signal) {
      const before = last;
      let end = (): void => {};
      const over = new Promise<void>((resolve) => {
        end = resolve;
      });
      last = before.then(() => over);
      try {
        await orAborted(before, signal);
      } catch (cause) {
        end();
        throw cause;
      }
      return end;
    },
  };
};
