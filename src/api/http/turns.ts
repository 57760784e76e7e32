import { setTimeout as pause } from 'node:timers/promises';

/** Whether the promise settles in time. */
const settlesWithin = async (promise: Promise<void>, milliseconds: number): Promise<boolean> => {
  const over = new AbortController();
  try {
    return await Promise.race([
      promise.then(() => true),
      pause(milliseconds, false, { signal: over.signal, ref: false }),
    ]);
  } finally {
    over.abort();
  }
};

/** Lets one piece of work at a time through for each id. Who would wait longer gets `tooLong()` thrown. */
export const takeTurns = (mostWait: number, tooLong: () => Error) => {
  const running = new Map<string, Promise<void>>();
  return async <Result>(id: string, work: () => Promise<Result>): Promise<Result> => {
    const deadline = performance.now() + mostWait;
    for (let before = running.get(id); before !== undefined; before = running.get(id))
      if (!(await settlesWithin(before, deadline - performance.now()))) throw tooLong();
    let leave = (): void => undefined;
    running.set(
      id,
      new Promise((resolve) => {
        leave = resolve;
      }),
    );
    try {
      return await work();
    } finally {
      running.delete(id);
      leave();
    }
  };
};
