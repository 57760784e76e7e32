import { type Position, startOfLog } from '../events/ids.ts';
import type { Track } from './track.ts';

export class ReadModelBehind extends Error {
  readonly code = 'read_model_behind';
  constructor(wanted: Position, reached: Position, options?: ErrorOptions) {
    super(`the read model is at ${reached}, not yet at ${wanted}`, options);
    this.name = 'ReadModelBehind';
  }
}

interface Waiter {
  readonly position: Position;
  readonly names: readonly string[];
  readonly settle: (error: ReadModelBehind | null) => void;
}

/** Who waits for projections to come to a position. */
export const createWaiters = (tracks: readonly Track[]) => {
  const waiters = new Set<Waiter>();

  /** Null while it still has to be waited for. */
  const verdict = ({ position, names }: Pick<Waiter, 'position' | 'names'>): 'there' | Track | null => {
    const behind = tracks.filter(({ name, written }) => names.includes(name) && written < position);
    if (behind.length === 0) return 'there';
    return behind.find(({ stopped }) => stopped !== null) ?? null;
  };

  /** To be called whenever a track has moved or stopped. */
  const settle = (): void => {
    for (const waiter of waiters) {
      const found = verdict(waiter);
      if (found === null) continue;
      waiters.delete(waiter);
      waiter.settle(found === 'there' ? null : new ReadModelBehind(waiter.position, found.written));
    }
  };

  return {
    settle,
    count: () => waiters.size,
    wait: (
      position: Position,
      timeoutMs: number,
      names: readonly string[] = tracks.map(({ name }) => name),
    ): Promise<void> =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiters.delete(waiter);
          const behind = tracks.filter(({ name }) => names.includes(name)).map(({ written }) => written);
          reject(new ReadModelBehind(position, behind.toSorted()[0] ?? startOfLog));
        }, timeoutMs);
        const waiter: Waiter = {
          position,
          names,
          settle: (error) => {
            clearTimeout(timer);
            if (error === null) resolve();
            else reject(error);
          },
        };
        waiters.add(waiter);
        settle();
      }),
  };
};

export type Waiters = ReturnType<typeof createWaiters>;
