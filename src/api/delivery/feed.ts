import type { Logger } from 'pino';
import { type DomainEvent, decode } from '../../events/catalogue.ts';
import type { Position } from '../../events/ids.ts';
import type { EventLog, RecordedEvent } from '../../events/log/eventLog.ts';
import { isPublic } from '../../events/public.ts';
import { type SeenEvent, seenEvent } from './entry.ts';
import { limits } from './limits.ts';
import { createMembers } from './members.ts';
import { createTail, type Tail } from './tail.ts';
import { createPauses, createWaiting } from './waiting.ts';

/*
 * The one subscription to the log that a node has. Each event is decoded once, remembered in the tail and,
 * gathered with others for some milliseconds, handed to whom it concerns.
 *
 * It has two positions. `position` is where the tail ends: who joins takes everything up to there.
 * `handedOut` is up to where `hand` was called, and never after the former: only that far may a quiet
 * subscription be told that nothing happened.
 *
 * Whatever goes wrong (the log is away, an event can't be decoded) is logged and shown by `health`, and
 * tried again from the last position, without end: skipping an event would be to lose it silently. A page
 * counts as read in one step at its end, so a failure in its middle reads all of it again.
 */

export interface FeedHealth {
  readonly state: 'starting' | 'running' | 'interrupted' | 'closed';
  readonly position: Position | null;
  readonly reason: string | null;
}

export interface FeedParts {
  readonly log: EventLog;
  readonly logger: Logger;
  /** Takes what is new since the last call, complete up to `through`. Must not throw. */
  hand(events: readonly SeenEvent[], through: Position): void;
}

const mostConversations = 10_000;

const see = (event: DomainEvent, hidden: boolean) => ({
  seen: seenEvent(event, hidden),
  bytes: JSON.stringify(event.data).length,
});

/** Calls `flush` at once where the last time is long ago, else when the gathering time is over. */
const createGathering = (flush: () => void) => {
  let timer: NodeJS.Timeout | undefined;
  let lastFlush = 0;
  return {
    soon(): void {
      const wait = Math.max(0, lastFlush + limits.gatherMs - performance.now());
      timer ??= setTimeout(() => this.now(), wait);
    },
    now(): void {
      clearTimeout(timer);
      timer = undefined;
      lastFlush = performance.now();
      flush();
    },
    stop: (): void => clearTimeout(timer),
  };
};

export const createFeed = ({ log, logger, hand }: FeedParts) => {
  const members = createMembers(log, mostConversations);
  const stopping = new AbortController();
  const pauses = createPauses(stopping.signal);
  const waiting = createWaiting();
  let tail: Tail | null = null;
  let handedOut: Position | null = null;
  let gathered: SeenEvent[] = [];
  let problem: string | null = null;
  let becomeReady = (): void => {};
  const ready = new Promise<void>((resolve) => {
    becomeReady = resolve;
  });

  const gathering = createGathering(() => {
    if (tail === null) return;
    const events = gathered;
    gathered = [];
    handedOut = tail.end();
    hand(events, handedOut);
    waiting.reached(handedOut);
  });

  const takePage = async (to: Tail, recorded: readonly RecordedEvent[]): Promise<void> => {
    const last = recorded.at(-1);
    if (last === undefined) return;
    const page = recorded.flatMap((each) => decode(each) ?? []);
    await members.load(page);
    const added = page.map((event) => see(event, members.isHidden(event)));
    const shown = added.filter(({ seen }) => isPublic(seen.event.type));
    to.push(shown, last.position);
    for (const { seen } of shown) gathered.push(seen);
    if (gathered.length >= limits.gatherEvents) gathering.now();
    else gathering.soon();
  };

  /** The log's head can lie behind the last event: not everything in a log is an event. */
  const takeHead = (to: Tail, position: Position): void => {
    to.push([], position);
    gathering.soon();
  };

  const followOnce = async (): Promise<void> => {
    if (tail === null) {
      const head = await log.head();
      tail = createTail(head);
      handedOut = head;
      becomeReady();
    }
    for await (const item of log.subscribe({ after: tail.end(), signal: stopping.signal })) {
      if (item.kind === 'events') await takePage(tail, item.events);
      else if (item.position > tail.end()) takeHead(tail, item.position);
      pauses.succeeded();
      problem = null;
    }
  };

  const followForEver = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await followOnce();
      } catch (error) {
        problem = error instanceof Error ? error.message : String(error);
        logger.error({ err: error, after: tail?.end() }, 'delivery can not follow the log; trying again');
      }
      await pauses.pause();
    }
  };
  const following = followForEver();

  const state = (): FeedHealth['state'] => {
    if (stopping.signal.aborted) return 'closed';
    if (problem !== null) return 'interrupted';
    return tail === null ? 'starting' : 'running';
  };

  return {
    /** Resolves once it knows where the log is. */
    ready,
    position: (): Position | null => tail?.end() ?? null,
    handedOut: (): Position | null => handedOut,
    /** Everything after `position` and up to `position()`; null where some of that is forgotten. */
    since: (position: Position): readonly SeenEvent[] | null => tail?.since(position) ?? null,
    /** True once everything up to `position` has been handed out; false after `timeoutMs`. */
    reached: (position: Position, timeoutMs: number): Promise<boolean> =>
      handedOut !== null && handedOut >= position ? Promise.resolve(true) : waiting.wait(position, timeoutMs),
    health: (): FeedHealth => ({ state: state(), position: tail?.end() ?? null, reason: problem }),
    async close(): Promise<void> {
      stopping.abort();
      gathering.stop();
      waiting.giveUp();
      await following;
    },
  };
};

export type Feed = ReturnType<typeof createFeed>;
