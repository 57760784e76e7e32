/** How patient the log is, in milliseconds. Tests shorten it. */
export interface Times {
  /** An append or a page of a read, with all its tries, takes no longer. */
  readonly deadline: number;
  /** Between one try and the next, growing from the one to the other. */
  readonly shortestPause: number;
  readonly longestPause: number;
  /** A subscription that hears nothing for so long looks whether it misses something. */
  readonly watch: number;
  /** And if it does, waits for so long before it begins anew. */
  readonly stall: number;
}

export const defaultTimes: Times = {
  deadline: 10_000,
  shortestPause: 50,
  longestPause: 5_000,
  watch: 15_000,
  stall: 5_000,
};

/** Pauses that grow; each is drawn from a half to the whole of it, so that many don't come back at once. */
export const growingPauses = ({ shortestPause, longestPause }: Times) => {
  let next = shortestPause;
  return {
    next: (): number => {
      const pause = next * (0.5 + Math.random() / 2);
      next = Math.min(2 * next, longestPause);
      return pause;
    },
    reset: (): void => {
      next = shortestPause;
    },
  };
};
