import { setTimeout as delay } from 'node:timers/promises';
import { type Position, startOfLog } from '../../ids.ts';
import type { EventLogUnavailable, ReadAllOptions, ReadStreamOptions, RecordedEvent } from '../eventLog.ts';
import { readAhead } from '../readAhead.ts';
import type { Connection, ReadStream } from './connection.ts';
import { canPass, tookTooLong } from './errors.ts';
import { gather } from './gather.ts';
import { type ReadRequest, readMessage } from './messages.ts';
import { growingPauses, type Times } from './times.ts';

export type PageRequest = ReadRequest & { readonly rows: number };
export type FetchPage = (request: PageRequest) => Promise<readonly RecordedEvent[]>;

/** The first page is small, for who reads a short stream or leaves early; then they grow. */
const firstRows = 64;
const mostRows = 1_024;
const rowsOfPage = (index: number): number => Math.min(firstRows * 4 ** index, mostRows);

export interface PageParts {
  readonly connection: Pick<Connection, 'openRead'>;
  readonly server: string;
  readonly times: Times;
  /** What a failure means. */
  explain(error: unknown): EventLogUnavailable;
  readonly onTrouble: (error: EventLogUnavailable) => void;
  readonly onSuccess: () => void;
}

/** Opens a read; one that opens only after the deadline is cancelled. The client itself has none here. */
export const openInTime = (
  { connection, server, times }: Pick<PageParts, 'connection' | 'server' | 'times'>,
  request: ReadRequest,
): Promise<ReadStream> =>
  new Promise((resolve, reject) => {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      reject(tookTooLong(server, 'begin to read'));
    }, times.deadline);
    connection.openRead(readMessage(request)).then((stream) => {
      clearTimeout(timer);
      if (isLate) stream.on('error', () => undefined).cancel();
      else resolve(stream);
    }, reject);
  });

/** Reads a page, and again while that can help and the deadline hasn't passed: reading twice changes nothing. */
export const openPages = (parts: PageParts): FetchPage => {
  const { server, times, explain, onTrouble, onSuccess } = parts;
  const fetchOnce = async (request: PageRequest): Promise<RecordedEvent[]> => {
    const answers = gather(await openInTime(parts, request), request.namespace);
    try {
      const events: RecordedEvent[] = [];
      for (;;) {
        const items = await answers.next(times.deadline);
        if (items === null) return events;
        if (items.length === 0) throw tookTooLong(server, 'answer a read');
        for (const item of items) if (item.kind === 'event') events.push(item.event);
      }
    } finally {
      answers.cancel();
    }
  };
  return async (request) => {
    const deadline = performance.now() + times.deadline;
    const pauses = growingPauses(times);
    for (;;) {
      try {
        const events = await fetchOnce(request);
        onSuccess();
        return events;
      } catch (error) {
        const explained = explain(error);
        onTrouble(explained);
        const pause = pauses.next();
        if (!canPass(explained) || performance.now() + pause >= deadline) throw explained;
        await delay(pause);
      }
    }
  };
};

export interface Reading {
  readonly request: PageRequest;
  /** False for an event that the server gives and we weren't asked for; it lies before the first. */
  wants(event: RecordedEvent): boolean;
  /** True for an event after the last that was asked for. */
  isBeyond(event: RecordedEvent): boolean;
}

export const streamReading = (
  namespace: string,
  stream: string,
  { direction, from }: ReadStreamOptions,
): Reading => {
  const backwards = direction === 'backwards';
  const begin = from ?? (backwards ? 'end' : 0);
  return {
    request: { of: 'stream', namespace, stream, backwards, from: begin, rows: firstRows },
    wants: () => true,
    isBeyond: () => false,
  };
};

/** Whether a read from a position begins with the event there differs by direction; we leave it out ourselves. */
export const allReading = (namespace: string, { direction, after, until }: ReadAllOptions): Reading => {
  const backwards = direction === 'backwards';
  const isPast = (position: Position, mark: Position): boolean =>
    backwards ? position < mark : position > mark;
  const start = backwards ? 'end' : 'start';
  const from = after === undefined || (!backwards && after === startOfLog) ? start : after;
  return {
    request: { of: 'all', namespace, backwards, from, rows: firstRows },
    wants: ({ position }) => after === undefined || isPast(position, after),
    isBeyond: ({ position }) => until !== undefined && isPast(position, until),
  };
};

/** The page after the one that ended with this event; one of the whole log may begin with it again. */
const following = (request: PageRequest, last: RecordedEvent): PageRequest => {
  if (request.of === 'all') return { ...request, from: last.position };
  return { ...request, from: last.revision + (request.backwards ? -1 : 1) };
};

/**
 * The events of one page after the other. The next page is read while the consumer has this one: no more
 * than two are ever in memory.
 */
export async function* readEvents(
  fetch: FetchPage,
  { request: first, wants, isBeyond }: Reading,
  maxCount = Number.POSITIVE_INFINITY,
): AsyncGenerator<RecordedEvent, void, undefined> {
  let remaining = maxCount;
  if (!(remaining > 0)) return;
  if (first.of === 'stream' && first.from !== 'end' && first.from < 0) return;
  // One more where the first may be one that isn't wanted.
  const rowsOf = (index: number): number =>
    Math.min(rowsOfPage(index), remaining + (first.of === 'all' ? 1 : 0));
  let request: PageRequest = { ...first, rows: rowsOf(0) };
  let next = readAhead(fetch(request));
  let previous: Position | undefined;
  for (let index = 1; ; index += 1) {
    const page = await next();
    const news = page.filter((event) => wants(event) && event.position !== previous);
    const beyond = news.findIndex(isBeyond);
    const events = (beyond === -1 ? news : news.slice(0, beyond)).slice(0, remaining);
    remaining -= events.length;
    const last = page.at(-1);
    const isAtBegin =
      last !== undefined && request.of === 'stream' && request.backwards && last.revision === 0;
    const isOver = page.length < request.rows || beyond !== -1 || remaining <= 0 || last === undefined;
    if (!isOver && !isAtBegin) {
      previous = last.position;
      request = { ...following(request, last), rows: rowsOf(index) };
      next = readAhead(fetch(request));
    }
    for (const event of events) yield event;
    if (isOver || isAtBegin) return;
  }
}
