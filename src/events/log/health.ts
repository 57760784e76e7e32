import type { EventLogHealth } from './eventLog.ts';

interface Trouble {
  readonly error: Error;
  readonly since: string;
}

/**
 * What an adapter knows of how it is doing. What it does falls into parts (writing, reading, …); a part is
 * in trouble from a failure on until something of that part goes well.
 */
export const createHealth = <Part extends string>(report: (problem: Error) => void) => {
  const troubles = new Map<Part, Trouble>();
  return {
    now: (): EventLogHealth => {
      const [first] = troubles.values();
      if (first === undefined) return { state: 'ready', reason: null, since: null };
      return { state: 'interrupted', reason: first.error.message, since: first.since };
    },
    well: (part: Part): void => {
      troubles.delete(part);
    },
    /** Reports what is new: the same trouble, tried again and again, is told once. */
    trouble: (part: Part, error: Error): void => {
      const known = troubles.get(part);
      if (known?.error.message !== error.message) report(error);
      troubles.set(part, { error, since: known?.since ?? new Date().toISOString() });
    },
  };
};
