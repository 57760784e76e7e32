import { closeSync, fsyncSync, mkdirSync, openSync, readSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { lockWait, whenNotBusy } from './busy.ts';

/** One kind of file of Darkroom's. Whoever owns it says how it is recognised and how it begins. */
export interface FileFormat {
  /** As a person calls it: "event log". */
  readonly what: string;
  /** Four bytes in the file's header that say whose it is. */
  readonly applicationId: number;
  /** `user_version` that this release writes, and the newest that it reads; from 1. */
  readonly version: number;
  /** Makes the tables of an empty file. */
  readonly schema: string;
}

/** The file can't be used; the message says why and what to do. The file was not altered. */
export class UnopenableFile extends Error {
  readonly code = 'unopenable_file';
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UnopenableFile';
  }
}

/** Patience with another process that holds the file's lock while it is opened, in milliseconds. */
const openingPatience = 30_000;
/** Up to this size the whole file is checked for damage when opened: well under a second. */
const largestChecked = 32 * 1024 * 1024;

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';

/** What an error of the file system or of SQLite means for the person who runs the server. */
const explain = (file: string, { what }: FileFormat, error: unknown): UnopenableFile => {
  if (error instanceof UnopenableFile) return error;
  const code = codeOf(error);
  const cause = { cause: error };
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code))
    return new UnopenableFile(`The ${what} ${file} is damaged (${code}); restore it from a backup.`, cause);
  if (/^(EACCES|EPERM|EROFS|ENOTDIR|EEXIST|ENOENT|SQLITE_(CANTOPEN|READONLY|PERM))/.test(code))
    return new UnopenableFile(
      `The ${what} ${file} can not be created or written (${code}); give this process a folder that it may write to.`,
      cause,
    );
  if (/^(ENOSPC|SQLITE_FULL)/.test(code))
    return new UnopenableFile(
      `The ${what} ${file} can not be opened, for its disk is full; free some space.`,
      cause,
    );
  if (/^SQLITE_BUSY/.test(code))
    return new UnopenableFile(
      `The ${what} ${file} stayed locked by another process for ${openingPatience / 1000} s; find it and stop it.`,
      cause,
    );
  const message = error instanceof Error ? error.message : String(error);
  return new UnopenableFile(
    `The ${what} ${file} can not be opened (${code}: ${message}); check the file and its disk.`,
    cause,
  );
};

const notOurs = (file: string, { what }: FileFormat, is: string): UnopenableFile =>
  new UnopenableFile(`${file} is ${is}, no ${what} of Darkroom; choose another file.`);

const checkVersion = (file: string, { what, version }: FileFormat, found: number): void => {
  if (found > version)
    throw new UnopenableFile(
      `The ${what} ${file} was written by a newer release of Darkroom (format ${found}, this release reads up to ${version}); use that release.`,
    );
};

const readHeader = (file: string): Buffer => {
  const header = Buffer.alloc(100);
  const descriptor = openSync(file, 'r');
  try {
    return header.subarray(0, readSync(descriptor, header, 0, header.length, 0));
  } finally {
    closeSync(descriptor);
  }
};

/**
 * Looks at the file's bytes before SQLite does, for SQLite writes beside any file that it takes for its
 * own (recovery, locks). A missing or empty file is a new one. Returns its size.
 */
const inspectBytes = (file: string, format: FileFormat): number => {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined || (stats.isFile() && stats.size === 0)) return 0;
  if (stats.isDirectory()) throw notOurs(file, format, 'a folder');
  if (!stats.isFile()) throw notOurs(file, format, 'no regular file');
  const header = readHeader(file);
  if (header.length < 100 || header.toString('latin1', 0, 16) !== 'SQLite format 3\0')
    throw notOurs(file, format, 'no SQLite database');
  if (header.readUInt32BE(68) !== format.applicationId)
    throw notOurs(file, format, 'the database of another program');
  checkVersion(file, format, header.readUInt32BE(60));
  return stats.size;
};

/** Checks a file that has our mark through a connection that can't write. */
const inspectContent = (file: string, format: FileFormat, size: number): void => {
  const database = new Database(file, { readonly: true, fileMustExist: true, timeout: lockWait });
  try {
    checkVersion(file, format, Number(database.pragma('user_version', { simple: true })));
    if (size > largestChecked) return;
    const verdict: unknown = database.pragma('quick_check(1)', { simple: true });
    if (verdict !== 'ok')
      throw new UnopenableFile(
        `The ${format.what} ${file} is damaged (${String(verdict).replaceAll(/\s+/g, ' ')}); restore it from a backup.`,
      );
  } finally {
    database.close();
  }
};

/** A folder that was just made outlives a power failure only if the folders that list it are synced. */
const makeFolder = (folder: string): void => {
  const first = mkdirSync(folder, { recursive: true });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) {
    const descriptor = openSync(dirname(made), 'r');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  }
};

/** Makes the tables where the file is new; of two processes that come at once, one does. */
const begin = (database: Database.Database, file: string, format: FileFormat): void => {
  const version = (): number => Number(database.pragma('user_version', { simple: true }));
  checkVersion(file, format, version());
  if (version() !== 0) return;
  const make = database.transaction(() => {
    if (version() !== 0) return;
    database.pragma(`application_id = ${format.applicationId}`);
    database.pragma(`user_version = ${format.version}`);
    database.exec(format.schema);
  });
  make.immediate();
};

/**
 * Opens a file for writing, makes it where it is missing: write-ahead log, and every commit on the disk
 * before it returns (`synchronous = FULL`). The mark and the tables are made before the switch to the
 * write-ahead log, so that the file's own first bytes say whose it is from its first moment.
 * @throws UnopenableFile
 */
export const openDatabase = async (file: string, format: FileFormat): Promise<Database.Database> => {
  let database: Database.Database | undefined;
  try {
    makeFolder(dirname(file));
    await whenNotBusy(openingPatience, () => {
      const size = inspectBytes(file, format);
      if (size > 0) inspectContent(file, format, size);
    });
    const opened = new Database(file, { timeout: lockWait });
    database = opened;
    await whenNotBusy(openingPatience, () => begin(opened, file, format));
    await whenNotBusy(openingPatience, () => opened.pragma('journal_mode = WAL'));
    opened.pragma('synchronous = FULL');
    opened.pragma('foreign_keys = ON');
    return opened;
  } catch (error) {
    database?.close();
    throw explain(file, format, error);
  }
};

/** A second connection to a file that `openDatabase` has opened, which can't write. */
export const openForReading = (file: string): Database.Database =>
  new Database(file, { readonly: true, fileMustExist: true, timeout: 1_000 });
