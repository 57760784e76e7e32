import type Database from 'better-sqlite3';
import { positionOf } from '../../ids.ts';

export type PageRequest = AllRequest | StreamRequest;

interface AllRequest {
  readonly of: 'all';
  readonly backwards: boolean;
  /** Exclusive. */
  readonly after: number;
  /** Inclusive. */
  readonly until: number;
  readonly rows: number;
}

interface StreamRequest {
  readonly of: 'stream';
  readonly stream: string;
  readonly backwards: boolean;
  /** Inclusive. */
  readonly from: number;
  readonly rows: number;
}

export interface Page {
  /** The page's events, a JSON array of RecordedEvent. */
  readonly json: string;
  /** Nothing more was there to read. */
  readonly isLast: boolean;
  /** Position of the log's last event as of this page; 0 where there is none. */
  readonly head: number;
}

/**
 * A page ends after this many characters, however many rows were asked for: to parse it then holds up
 * the main thread for some 2 ms, not 20.
 */
const longestPage = 256 * 1024;

type Row = readonly [
  position: number,
  id: string,
  stream: string,
  revision: number,
  type: string,
  data: string,
  metadata: string,
  recordedAt: string,
];

/** One event as JSON text. Data and metadata are JSON already; to parse and print them would cost most. */
const eventJson = ([position, id, stream, revision, type, data, metadata, recordedAt]: Row): string =>
  `{"id":${JSON.stringify(id)},"type":${JSON.stringify(type)},"data":${data},"metadata":${metadata},` +
  `"stream":${JSON.stringify(stream)},"revision":${revision},"position":"${positionOf(position)}",` +
  `"recordedAt":"${recordedAt}"}`;

/** Reads pages. A page is read in one go, so no iterator and no read transaction outlives it. */
export const preparePages = (database: Database.Database) => {
  const select = (condition: string, order: string) =>
    database
      .prepare<(string | number)[], Row>(
        `SELECT position, id, stream, revision, type, data, metadata, recorded_at FROM event
         WHERE ${condition} ORDER BY ${order} LIMIT ?`,
      )
      .raw();
  const all = select('position > ? AND position <= ?', 'position');
  const allBackwards = select('position < ? AND position >= ?', 'position DESC');
  const stream = select('stream = ? AND revision >= ?', 'revision');
  const streamBackwards = select('stream = ? AND revision <= ?', 'revision DESC');
  const findHead = database.prepare<[], number | null>('SELECT max(position) FROM event').pluck();

  const rowsOf = (request: PageRequest): IterableIterator<Row> =>
    request.of === 'all'
      ? (request.backwards ? allBackwards : all).iterate(request.after, request.until, request.rows)
      : (request.backwards ? streamBackwards : stream).iterate(request.stream, request.from, request.rows);

  const head = (): number => findHead.get() ?? 0;

  /** In one transaction, so that the head is that of the rows. */
  const page = database.transaction((request: PageRequest): Page => {
    let json = '';
    let rows = 0;
    for (const row of rowsOf(request)) {
      json += rows === 0 ? eventJson(row) : `,${eventJson(row)}`;
      rows += 1;
      if (json.length >= longestPage) break;
    }
    const isLast = rows < request.rows && json.length < longestPage;
    return { json: `[${json}]`, isLast, head: head() };
  });
  return { page: (request: PageRequest): Page => page(request), head };
};
