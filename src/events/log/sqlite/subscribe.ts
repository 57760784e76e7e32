import { positionOf } from '../../ids.ts';
import type { SubscribeOptions, SubscriptionItem } from '../eventLog.ts';
import { readAhead } from '../readAhead.ts';
import { pause, unlessAborted } from '../waiting.ts';
import { canPass } from './errors.ts';
import type { News } from './news.ts';
import { allRequest, type FetchPage, following, numberOf, type ParsedPage, rowsOfPage } from './pages.ts';

export interface Subscribable {
  readonly fetch: FetchPage;
  readonly news: News;
  /** Has other processes' appends looked for until the answer is called. */
  watch(): () => void;
  /** Is told what a subscription overcomes by itself. */
  report(problem: Error): void;
}

const shortestPause = 50;
const longestPause = 2_000;

/**
 * Pages from `after` on, first those that were written, then those that are being written. A failing
 * read is tried again with growing pauses: what is handed out depends on the last position alone, so
 * neither a gap nor a duplicate can come of it. Once caught up nothing is read but on news.
 */
export async function* subscribe(
  log: Subscribable,
  { after, signal }: SubscribeOptions,
): AsyncGenerator<SubscriptionItem, void, undefined> {
  if (signal.aborted) return;
  const endWatch = log.watch();
  // A consumer that never asks again after the abort must not keep the watch alive.
  signal.addEventListener('abort', endWatch, { once: true });
  try {
    yield* follow(log, numberOf(after), signal);
  } finally {
    signal.removeEventListener('abort', endWatch);
    endWatch();
  }
}

async function* follow(
  log: Subscribable,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<SubscriptionItem, void, undefined> {
  const start = allRequest({ after: positionOf(after) });
  const readPatiently = async (read: () => Promise<ParsedPage>, again: () => Promise<ParsedPage>) => {
    let attempt = read;
    for (let wait = shortestPause; ; wait = Math.min(wait * 2, longestPause)) {
      try {
        return await unlessAborted(attempt(), signal);
      } catch (error) {
        if (!canPass(error)) throw error;
        log.report(error as Error);
      }
      await pause(wait, signal);
      if (signal.aborted) return undefined;
      attempt = again;
    }
  };

  let request = start;
  let ahead: (() => Promise<ParsedPage>) | undefined;
  let isAnnounced = false;
  for (let index = 0; !signal.aborted; index += 1) {
    const { version } = log.news;
    const wasReadAhead = ahead !== undefined;
    const asked = request;
    const fetch = (): Promise<ParsedPage> => log.fetch(asked);
    const page = await readPatiently(ahead ?? fetch, fetch);
    if (page === undefined) return;
    ahead = undefined;

    const last = page.events.at(-1);
    if (last !== undefined) {
      request = following(start, last, rowsOfPage(page.isLast ? 0 : index));
      if (!page.isLast) ahead = readAhead(log.fetch(request));
      isAnnounced = false;
      yield { kind: 'events', events: page.events };
      if (signal.aborted) return;
    }
    // A last page that was read ahead may be old by now: only a fresh one tells that the head is reached.
    if (!page.isLast || wasReadAhead) continue;
    if (!isAnnounced) yield { kind: 'caughtUp', position: positionOf(page.head) };
    isAnnounced = true;
    await log.news.after(version, signal);
    index = 0;
  }
}
