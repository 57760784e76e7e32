import { setTimeout as delay } from 'node:timers/promises';
import Database from 'better-sqlite3';

/**
 * How long SQLite itself waits for a lock, in milliseconds. Short, for it holds up the thread; the rest
 * of the waiting is done between tries, while the thread answers others.
 */
export const lockWait = 50;
const pause = 5;

/** Another process or connection holds the lock: nothing was done, and trying again can help. */
export const isBusy = (error: unknown): boolean =>
  error instanceof Database.SqliteError && /^SQLITE_(BUSY|LOCKED)/.test(error.code);

/** Does it; tries again while another holds the lock, until the patience (milliseconds) has run out. */
export const whenNotBusy = async <Result>(patience: number, action: () => Result): Promise<Result> => {
  const deadline = performance.now() + patience;
  for (;;) {
    try {
      return action();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= deadline) throw error;
    }
    await delay(pause);
  }
};
