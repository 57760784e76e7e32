import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  openSqliteEventLog,
  type SqliteEventLog,
  type SqliteEventLogOptions,
} from '../../src/events/log/sqlite/sqliteEventLog.ts';

export interface TemporaryLog {
  readonly log: SqliteEventLog;
  readonly file: string;
  /** Closes the log and removes its folder. */
  cleanup(): Promise<void>;
}

/** A folder of the test's own, and how to be rid of it. */
export const makeTemporaryFolder = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'darkroom-log-'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
};

/** A new event log in a folder of its own, so that tests run beside each other. */
export const openTemporaryLog = async (options: SqliteEventLogOptions = {}): Promise<TemporaryLog> => {
  const { folder, remove } = await makeTemporaryFolder();
  const file = join(folder, 'events.db');
  const log = await openSqliteEventLog(file, options);
  const cleanup = async (): Promise<void> => {
    await log.close();
    await remove();
  };
  return { log, file, cleanup };
};
