/**
 * Runs at most `atOnce` tasks at a time. Whoever waits takes turns by key, so that a person who reconnects
 * with a hundred subscriptions delays others by one turn, not by a hundred.
 */
export const createFairTurns = (atOnce: number) => {
  const waiting = new Map<string, (() => void)[]>();
  let running = 0;

  const startNext = (): void => {
    while (running < atOnce) {
      const next = waiting.entries().next();
      if (next.done) return;
      const [key, tasks] = next.value;
      const start = tasks.shift();
      // To the end of the round, or out of it.
      waiting.delete(key);
      if (tasks.length > 0) waiting.set(key, tasks);
      running += 1;
      start?.();
    }
  };

  return {
    run: <Result>(key: string, task: () => Promise<Result>): Promise<Result> =>
      new Promise((resolve, reject) => {
        const start = (): void => {
          task()
            .then(resolve, reject)
            .finally(() => {
              running -= 1;
              startNext();
            });
        };
        const tasks = waiting.get(key);
        if (tasks === undefined) waiting.set(key, [start]);
        else tasks.push(start);
        startNext();
      }),
    running: (): number => running,
    waiting: (): number => [...waiting.values()].reduce((sum, tasks) => sum + tasks.length, 0),
  };
};

export type FairTurns = ReturnType<typeof createFairTurns>;
