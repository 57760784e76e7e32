import type { Position } from '../../ids.ts';
import type { ReadAllOptions, ReadStreamOptions, RecordedEvent } from '../eventLog.ts';
import { readAhead } from '../readAhead.ts';
import type { PageRequest } from './readPage.ts';

export interface ParsedPage {
  readonly events: readonly RecordedEvent[];
  readonly isLast: boolean;
  readonly head: number;
}
export type FetchPage = (request: PageRequest) => Promise<ParsedPage>;

/** The first page is small, for who reads a short stream or leaves early; then they grow. */
const firstRows = 64;
const mostRows = 1_024;
export const rowsOfPage = (index: number): number => Math.min(firstRows * 4 ** index, mostRows);

/** No log gets that far, and every number up to here is exact. */
const beyondAll = Number.MAX_SAFE_INTEGER;

/** Positions beyond what numbers hold exactly lie beyond any log. */
export const numberOf = (position: Position): number => {
  const number = Number(position);
  if (Number.isNaN(number)) throw new TypeError(`"${position}" is no position of this log`);
  return Math.min(number, beyondAll);
};

export const streamRequest = (stream: string, options: ReadStreamOptions): PageRequest => {
  const backwards = options.direction === 'backwards';
  return {
    of: 'stream',
    stream,
    backwards,
    from: options.from ?? (backwards ? beyondAll : 0),
    rows: firstRows,
  };
};

export const allRequest = ({ direction, after, until }: ReadAllOptions): PageRequest => {
  const backwards = direction === 'backwards';
  const from = after === undefined ? undefined : numberOf(after);
  const to = until === undefined ? undefined : numberOf(until);
  return {
    of: 'all',
    backwards,
    after: from ?? (backwards ? beyondAll : 0),
    until: to ?? (backwards ? 0 : beyondAll),
    rows: firstRows,
  };
};

/** The page after the one that ended with this event. */
export const following = (request: PageRequest, last: RecordedEvent, rows: number): PageRequest => {
  if (request.of === 'all') return { ...request, after: numberOf(last.position), rows };
  return { ...request, from: last.revision + (request.backwards ? -1 : 1), rows };
};

/**
 * The events of one page after the other. The next page is read while the consumer has this one: no more
 * than two are ever in memory.
 */
export async function* readEvents(
  fetch: FetchPage,
  first: PageRequest,
  maxCount = Number.POSITIVE_INFINITY,
): AsyncGenerator<RecordedEvent, void, undefined> {
  let remaining = maxCount;
  if (!(remaining > 0)) return;
  let next = readAhead(fetch({ ...first, rows: Math.min(firstRows, remaining) }));
  for (let index = 1; ; index += 1) {
    const page = await next();
    remaining -= page.events.length;
    const last = page.events.at(-1);
    const isOver = page.isLast || remaining <= 0 || last === undefined;
    if (!isOver) next = readAhead(fetch(following(first, last, Math.min(rowsOfPage(index), remaining))));
    for (const event of page.events) yield event;
    if (isOver) return;
  }
}
