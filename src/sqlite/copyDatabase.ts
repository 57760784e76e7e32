import { closeSync, fsyncSync, openSync } from 'node:fs';
import Database from 'better-sqlite3';
import { openForReading, UnopenableFile } from './openDatabase.ts';

export interface CopyProgress {
  readonly pages: number;
  readonly of: number;
}

/** Pages of one step, some 4 MB: between two of them others have the thread. */
const pagesPerStep = 1_000;

/** Leaves all of a database in one file, on the disk, with nothing beside it. Nobody else may have it open. */
export const intoOneFile = (file: string): void => {
  const database = new Database(file, { fileMustExist: true });
  try {
    database.pragma('journal_mode = DELETE');
  } finally {
    database.close();
  }
  const descriptor = openSync(file, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};

/** @throws UnopenableFile */
const check = (copy: string): void => {
  const database = openForReading(copy);
  try {
    const verdict: unknown = database.pragma('quick_check(1)', { simple: true });
    if (verdict !== 'ok')
      throw new UnopenableFile(`What was copied is damaged (${String(verdict).replaceAll(/\s+/g, ' ')}).`);
  } finally {
    database.close();
  }
};

/**
 * Copies a database, as of one moment, into a file that isn't there yet, while others write to it. They wait
 * for nothing; only the write-ahead log grows meanwhile, for the copy reads what was before.
 * @throws UnopenableFile where it can't be written, or is damaged, which then the database is too
 */
export const copyDatabase = async (
  file: string,
  copy: string,
  onProgress: (progress: CopyProgress) => void = () => undefined,
): Promise<void> => {
  const source = openForReading(file);
  try {
    // One read around all steps: without it each write of another process would begin the copy anew.
    source.exec('BEGIN');
    source.prepare('SELECT count(*) FROM sqlite_master').get();
    await source.backup(copy, {
      progress: ({ totalPages, remainingPages }) => {
        onProgress({ pages: totalPages - remainingPages, of: totalPages });
        return pagesPerStep;
      },
    });
    source.exec('COMMIT');
    intoOneFile(copy);
    check(copy);
  } catch (cause) {
    if (!(cause instanceof Database.SqliteError)) throw cause;
    throw new UnopenableFile(
      `${file} could not be copied to ${copy} (${cause.code}: ${cause.message}); see to the room on that disk, and to the file.`,
      { cause },
    );
  } finally {
    source.close();
  }
};
