import Database from 'better-sqlite3';
import { isBusy } from './busy.ts';

/**
 * Whether a process has the database open at this moment: each that reads or writes ahead holds a lock for as
 * long, and only who is alone gets the exclusive one.
 */
export const isInUse = (file: string): boolean => {
  const database = new Database(file, { fileMustExist: true, timeout: 0 });
  try {
    database.pragma('locking_mode = EXCLUSIVE');
    database.exec('BEGIN EXCLUSIVE; ROLLBACK');
    return false;
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code === 'SQLITE_NOTADB') return false;
    if (!isBusy(error)) throw error;
    return true;
  } finally {
    database.close();
  }
};
