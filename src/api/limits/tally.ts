/** How many each key has at once. */
export interface Tally {
  hasRoom(key: string): boolean;
  /** So many more, or fewer. What hasn't room is counted all the same, by whoever lets it in. */
  change(key: string, by: number): void;
}

/** `most` is 0: any number. */
export const createTally = (most: number): Tally => {
  const counts = new Map<string, number>();
  return {
    hasRoom: (key) => most === 0 || (counts.get(key) ?? 0) < most,
    change(key, by) {
      const count = (counts.get(key) ?? 0) + by;
      if (count > 0) counts.set(key, count);
      else counts.delete(key);
    },
  };
};
