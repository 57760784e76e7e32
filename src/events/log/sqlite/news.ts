/**
 * The last known head of the log, and who waits for it to move. It is told by this process' own appends,
 * by pages read, and by the reader thread, which looks for what other processes appended.
 */
export interface News {
  /** Changes whenever there may be something new to read. */
  readonly version: number;
  tell(head: number): void;
  /** Has everyone look again, though the head is not known to have moved. */
  wake(): void;
  /** Resolves when the version is no longer this one, or the signal aborts. */
  after(version: number, signal: AbortSignal): Promise<void>;
}

export const openNews = (): News => {
  const waiting = new Set<() => void>();
  let version = 0;
  let head = 0;
  const wake = (): void => {
    version += 1;
    for (const resume of [...waiting]) resume();
  };
  return {
    get version() {
      return version;
    },
    wake,
    tell: (newHead) => {
      if (newHead <= head) return;
      head = newHead;
      wake();
    },
    after: (seen, signal) =>
      new Promise((resolve) => {
        if (version !== seen || signal.aborted) return resolve();
        const resume = (): void => {
          waiting.delete(resume);
          signal.removeEventListener('abort', resume);
          resolve();
        };
        waiting.add(resume);
        signal.addEventListener('abort', resume);
      }),
  };
};
