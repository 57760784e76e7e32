/**
 * The thread that writes to the event log's file: appends in groups, and in quiet times moves what lies
 * in the write-ahead log into the file, so that neither grows without bound nor costs who opens it next.
 */
import type Database from 'better-sqlite3';
import { whenNotBusy } from '../../../sqlite/busy.ts';
import { openDatabase } from '../../../sqlite/openDatabase.ts';
import { notify, serveThread } from '../../../sqlite/serveThread.ts';
import { type AppendRequest, prepareAppends } from './appendGroup.ts';
import { eventLogFormat } from './format.ts';

/** Quiet time after the last append before the write-ahead log is emptied, in milliseconds. */
const quietTime = 1_000;

interface Writer {
  readonly database: Database.Database;
  readonly appendAll: ReturnType<typeof prepareAppends>;
}

/** What the writer tells unasked: work of its own that failed, which nobody waits for. */
export interface WriterNotice {
  readonly kind: 'trouble';
  readonly message: string;
}
const tell = (notice: WriterNotice): void => notify(notice);

let writer: Writer | undefined;
let quiet: NodeJS.Timeout | undefined;

const opened = (): Writer => {
  if (writer === undefined) throw new Error('the event log has not been opened in this thread');
  return writer;
};

/** Empties the write-ahead log; false where another process or a read is in the way. */
const emptyWriteAheadLog = (database: Database.Database): boolean => {
  const [result] = database.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
  return result?.busy === 0;
};

const tidy = (): void => {
  try {
    if (!emptyWriteAheadLog(opened().database)) tidyWhenQuiet();
  } catch (error) {
    tell({ kind: 'trouble', message: `the write-ahead log was not emptied: ${(error as Error).message}` });
    tidyWhenQuiet();
  }
};

const tidyWhenQuiet = (): void => {
  clearTimeout(quiet);
  quiet = setTimeout(tidy, quietTime);
};

const operations = {
  open: async ({ file }: { readonly file: string }): Promise<void> => {
    const database = await openDatabase(file, eventLogFormat);
    writer = { database, appendAll: prepareAppends(database) };
  },
  /** Patience, in milliseconds, with another process that holds the write lock. */
  append: async (group: { readonly patience: number; readonly appends: readonly AppendRequest[] }) => {
    const outcomes = await whenNotBusy(group.patience, () => opened().appendAll(group.appends));
    tidyWhenQuiet();
    return outcomes;
  },
  close: (): void => {
    clearTimeout(quiet);
    // SQLite empties the write-ahead log itself when the last connection to the file closes.
    writer?.database.close();
    writer = undefined;
  },
};
export type WriterOperations = typeof operations;

serveThread(operations);
