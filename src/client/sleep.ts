/** A pause that may be cut short. */
export interface Sleep {
  /** Resolves after that time, or when all are woken. */
  for(milliseconds: number): Promise<void>;
  /** Ends every pause now. */
  wakeAll(): void;
}

export const createSleep = (): Sleep => {
  const sleepers = new Set<() => void>();
  return {
    for: (milliseconds) =>
      new Promise((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          sleepers.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, milliseconds);
        sleepers.add(wake);
      }),
    wakeAll: () => {
      for (const wake of [...sleepers]) wake();
    },
  };
};
