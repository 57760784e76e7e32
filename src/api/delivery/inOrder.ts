/**
 * Runs operations on the same key one after the other, in the order in which they were asked for:
 * `subscribe` then `unsubscribe` must not end subscribed because the first took longer.
 */
export const createInOrder = () => {
  const last = new Map<string, Promise<void>>();
  let waiting = 0;
  return {
    run(key: string, operation: () => Promise<void>): Promise<void> {
      waiting += 1;
      const run = (last.get(key) ?? Promise.resolve()).then(operation, operation).finally(() => {
        waiting -= 1;
        if (last.get(key) === run) last.delete(key);
      });
      last.set(key, run);
      return run;
    },
    waiting: (): number => waiting,
  };
};
