/** How many each key has at once. */
export interface Tally {
  /** One more; null where that would be too many. What is given back lets the next in, however often it is called. */
  take(key: string): (() => void) | null;
}

/** `most` is 0: any number. */
export const createTally = (most: number): Tally => {
  const taken = new Map<string, number>();
  const giveBack = (key: string): void => {
    const left = (taken.get(key) ?? 1) - 1;
    if (left > 0) taken.set(key, left);
    else taken.delete(key);
  };
  return {
    take(key) {
      const count = taken.get(key) ?? 0;
      if (most > 0 && count >= most) return null;
      taken.set(key, count + 1);
      let isTaken = true;
      return () => {
        if (isTaken) giveBack(key);
        isTaken = false;
      };
    },
  };
};
