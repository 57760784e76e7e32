/**
 * The thread that reads the event log's file: pages, and for subscriptions the news that there is more.
 */
import type Database from 'better-sqlite3';
import { openForReading } from '../../../sqlite/openDatabase.ts';
import { notify, serveThread } from '../../../sqlite/serveThread.ts';
import { type Page, type PageRequest, preparePages } from './readPage.ts';

/**
 * How often another process' appends are looked for, in milliseconds. `PRAGMA data_version` reads
 * shared memory alone (about 2 µs), and subscribers are promised news within 50 ms.
 */
const pollEvery = 15;

interface Reader extends ReturnType<typeof preparePages> {
  readonly database: Database.Database;
}

/** What the reader tells unasked: the head has moved, or looking for that failed. */
export type ReaderNotice =
  | { readonly kind: 'head'; readonly head: number }
  | { readonly kind: 'trouble'; readonly message: string };
const tell = (notice: ReaderNotice): void => notify(notice);

let reader: Reader | undefined;
let polling: NodeJS.Timeout | undefined;
let seenVersion: unknown;

const opened = (): Reader => {
  if (reader === undefined) throw new Error('the event log has not been opened in this thread');
  return reader;
};

const lookForNews = (): void => {
  const { database, head } = opened();
  const version = database.pragma('data_version', { simple: true });
  if (version === seenVersion) return;
  tell({ kind: 'head', head: head() });
  seenVersion = version;
};

const poll = (): void => {
  try {
    lookForNews();
  } catch (error) {
    tell({ kind: 'trouble', message: `looking for news failed: ${(error as Error).message}` });
  }
};

const operations = {
  open: ({ file }: { readonly file: string }): void => {
    const database = openForReading(file);
    reader = { database, ...preparePages(database) };
  },
  pages: (requests: readonly PageRequest[]): Page[] => requests.map(opened().page),
  head: (): number => opened().head(),
  /** Begins or ends looking for what other processes append. */
  watch: ({ on }: { readonly on: boolean }): void => {
    clearInterval(polling);
    seenVersion = undefined;
    if (on) polling = setInterval(poll, pollEvery);
  },
  close: (): void => {
    clearInterval(polling);
    reader?.database.close();
    reader = undefined;
  },
};
export type ReaderOperations = typeof operations;

serveThread(operations);
