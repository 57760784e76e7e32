import { type Position, startOfLog } from '../../ids.ts';
import type { RecordedEvent, SubscribeOptions, SubscriptionItem } from '../eventLog.ts';
import { pause, unlessAborted } from '../waiting.ts';
import { CallFailed, logIsClosed } from './errors.ts';
import { type Gathered, gather } from './gather.ts';
import type { ReadItem } from './messages.ts';
import { openInTime, type PageParts } from './pages.ts';
import { growingPauses } from './times.ts';

export interface Subscribable extends PageParts {
  readonly namespace: string;
  /** Aborts when the log is closed. */
  readonly closed: AbortSignal;
  head(): Promise<Position>;
}

/** How long a server may be quiet before it is asked whether that was all; it may be one that doesn't say so. */
const quietTime = 200;

/** Where a subscription is. */
interface Progress {
  /** The last event that was handed out, or where the subscription began. */
  event: Position;
  /** Nothing of ours that wasn't handed out lies before this; a later subscription begins here. */
  passed: Position;
}

/**
 * What was written after `after`, then what is being written. When the server ends the call, or is gone, or
 * is silent though it has something to say, another call goes on where this one was, for ever, with
 * growing pauses. What is handed out depends on the last position alone, so neither a gap nor a duplicate
 * can come of it.
 */
export async function* subscribe(
  log: Subscribable,
  { after, signal }: SubscribeOptions,
): AsyncGenerator<SubscriptionItem, void, undefined> {
  const progress: Progress = { event: after, passed: after };
  const pauses = growingPauses(log.times);
  const end = new AbortController();
  const stop = (): void => end.abort();
  for (const reason of [signal, log.closed]) {
    if (reason.aborted) stop();
    reason.addEventListener('abort', stop);
  }
  try {
    while (!end.signal.aborted) {
      try {
        yield* followOnce(log, progress, end.signal, pauses.reset);
      } catch (error) {
        if (!end.signal.aborted) log.onTrouble(log.explain(error));
      }
      if (!end.signal.aborted) await pause(pauses.next(), end.signal);
    }
    if (!signal.aborted) throw logIsClosed(log.server);
  } finally {
    for (const reason of [signal, log.closed]) reason.removeEventListener('abort', stop);
  }
}

async function* followOnce(
  log: Subscribable,
  progress: Progress,
  signal: AbortSignal,
  onAnswer: () => void,
): AsyncGenerator<SubscriptionItem, void, undefined> {
  const from = progress.passed === startOfLog ? 'start' : progress.passed;
  const { namespace } = log;
  const opening = openInTime(log, { of: 'all', namespace, from, backwards: false, rows: 'subscribe' });
  const stream = await unlessAborted(opening, signal);
  if (stream === undefined) {
    // Whoever aborts doesn't wait for the call to be made; it is ended when it is.
    opening.then((late) => late.on('error', () => undefined).cancel()).catch(() => undefined);
    return;
  }
  const answers = gather(stream, namespace);
  const { cancel } = answers;
  signal.addEventListener('abort', cancel);
  try {
    yield* hear(log, answers, progress, signal, onAnswer);
  } finally {
    signal.removeEventListener('abort', cancel);
    cancel();
  }
}

async function* hear(
  log: Subscribable,
  answers: Gathered,
  progress: Progress,
  signal: AbortSignal,
  onAnswer: () => void,
): AsyncGenerator<SubscriptionItem, void, undefined> {
  const { times } = log;
  /** The server hands over what is being written: whatever came last is the head. */
  let isLive = false;
  let isAnnounced = false;
  let behindSince: number | null = null;

  for (;;) {
    const items = await answers.next(isLive && behindSince === null ? times.watch : quietTime);
    if (signal.aborted) return;
    if (items === null) throw new CallFailed('The event log server ended a subscription.', true);
    if (items.length > 0) {
      log.onSuccess();
      // A server that does no more than to confirm, and hangs up, isn't well yet.
      if (items.some(({ kind }) => kind !== 'begun')) onAnswer();
      behindSince = null;
      const { events, passed, live } = take(items, progress.event, isLive);
      isLive = live;
      const last = events.at(-1);
      if (last !== undefined) {
        isAnnounced = false;
        yield { kind: 'events', events };
        if (signal.aborted) return;
        progress.event = last.position;
      }
      if (passed > progress.passed) progress.passed = passed;
    } else {
      const head = await unlessAborted(log.head(), signal);
      if (head === undefined) return;
      if (head <= progress.event) {
        onAnswer();
        isLive = true;
        behindSince = null;
      } else {
        behindSince ??= performance.now();
        if (performance.now() - behindSince > times.stall)
          throw new CallFailed(
            `The event log server is silent about what lies after ${progress.event}, though its head is ${head}; subscribing anew.`,
            true,
          );
      }
    }
    if (isLive && !isAnnounced && behindSince === null && !answers.hasMore()) {
      isAnnounced = true;
      yield { kind: 'caughtUp', position: progress.event };
      if (signal.aborted) return;
    }
  }
}

/** What has come, in its order. An event that was handed out already isn't again, whatever a server does. */
const take = (items: readonly ReadItem[], after: Position, wasLive: boolean) => {
  const events: RecordedEvent[] = [];
  let last = after;
  let passed = after;
  let live = wasLive;
  for (const item of items)
    switch (item.kind) {
      case 'event':
        if (item.event.position <= last) break;
        events.push(item.event);
        last = item.event.position;
        passed = last;
        break;
      case 'checkpoint':
        if (item.position > passed) passed = item.position;
        break;
      case 'caughtUp':
        live = true;
        break;
      case 'fellBehind':
        live = false;
        break;
      case 'begun':
      case 'noStream':
        break;
    }
  return { events, passed, live };
};
