import type { Logger } from 'pino';
import { type DomainEvent, decode } from '../../events/catalogue.ts';
import type { Position, UserId } from '../../events/ids.ts';
import type { EventLog, RecordedEvent } from '../../events/log/eventLog.ts';
import { isPublic } from '../../events/public.ts';
import type { Scope } from '../../projections/readModel.ts';
import { type Continuity, createContinuity } from './continuity.ts';
import { type Entry, entryOf, type SeenEvent, seenEvent } from './entry.ts';
import { createGathering } from './gathering.ts';
import { scopeKey } from './keys.ts';
import { createMembers } from './members.ts';
import { createTail, type Tail } from './tail.ts';
import { createPauses, createWaiting } from './waiting.ts';

/*
 * The one subscription to the log that a node has. Each event is decoded once, remembered in the tail and,
 * gathered with others of its scopes for some milliseconds, handed to whom it concerns.
 *
 * It has two positions. `position` is where the tail ends: who joins takes everything up to there.
 * `handedOut` is up to where `hand` was called for every scope, and never after the former: only that far may a
 * quiet subscription be told that nothing happened.
 *
 * Whatever goes wrong (the log is away, an event can't be decoded) is logged and shown by `health`, and
 * tried again from the last position, without end: skipping an event would be to lose it silently. A page
 * counts as read in one step at its end, so a failure in its middle reads all of it again.
 *
 * What the subscription left out is read from the log before anything after it is taken. In a log whose
 * positions have holes nothing tells in time that something is missing (continuity.ts); so there everything
 * is read, up to what the subscription tells of.
 */

export interface FeedHealth {
  readonly state: 'starting' | 'running' | 'interrupted' | 'closed';
  readonly position: Position | null;
  readonly reason: string | null;
  /** How often the log's subscription left something out, which was then read. */
  readonly gaps: number;
}

/** What the feed remembers of a scope, complete up to `through`. */
export interface Remembrance {
  readonly entries: readonly Entry[];
  readonly through: Position;
  /** `through` is `position()`: there is no more. */
  readonly isAll: boolean;
}

export interface FeedParts {
  readonly log: EventLog;
  readonly logger: Logger;
  /** Takes what is new of a scope since the last call for that, complete up to `through`. Must not throw. */
  hand(key: string, events: readonly SeenEvent[], through: Position): void;
}

const mostConversations = 10_000;

const see = (event: DomainEvent, hidden: boolean) => ({
  seen: seenEvent(event, hidden),
  bytes: JSON.stringify(event.data).length,
});

export const createFeed = ({ log, logger, hand }: FeedParts) => {
  const members = createMembers(log, mostConversations);
  const stopping = new AbortController();
  const pauses = createPauses(stopping.signal);
  const waiting = createWaiting();
  let tail: Tail | null = null;
  let handedOut: Position | null = null;
  let problem: string | null = null;
  let gaps = 0;
  let becomeReady = (): void => {};
  const ready = new Promise<void>((resolve) => {
    becomeReady = resolve;
  });

  const gathering = createGathering({
    hand: (key, events) => {
      if (tail !== null) hand(key, events, tail.end());
    },
    handed: () => {
      if (tail === null) return;
      handedOut = gathering.handedOut(tail.end());
      waiting.reached(handedOut);
    },
  });

  /** Events that follow on the tail, which is complete up to `through` with them. */
  const takeNews = async (to: Tail, news: readonly RecordedEvent[], through: Position): Promise<void> => {
    const page = news.flatMap((each) => decode(each) ?? []);
    await members.load(page);
    const added = page.map((event) => see(event, members.isHidden(event)));
    const shown = added.filter(({ seen }) => isPublic(seen.event.type));
    to.push(shown, through);
    if (page.some(({ type }) => type === 'PersonErased')) to.forget();
    gathering.add(shown.map(({ seen }) => seen));
  };

  /** What the log itself has up to `until`, which is believed; `yielded` is what its subscription gave of that. */
  const readLog = async (
    continuity: Continuity,
    until: Position,
    yielded: readonly RecordedEvent[],
  ): Promise<void> => {
    const read: RecordedEvent[] = [];
    for await (const event of log.readAll({ after: continuity.end(), until })) read.push(event);
    const wanted = new Set(yielded.map(({ position }) => position).filter((each) => each > continuity.end()));
    const leftOut = read.filter(({ position }) => !wanted.delete(position)).length;
    // Another machine of its cluster may have answered, that is behind: to believe it would be to lose these.
    if (wanted.size > 0)
      throw new Error(`The log shows less up to ${until} than its subscription has told of.`);
    if (leftOut > 0) {
      gaps += 1;
      logger.warn({ until, leftOut }, 'the log left something out of a subscription; it was read');
    }
    if (tail !== null) await takeNews(tail, continuity.trust(read, until), until);
  };

  const takePage = async (continuity: Continuity, page: readonly RecordedEvent[]): Promise<void> => {
    const news = log.isConsecutive ? continuity.take(page) : [];
    const last = page.at(-1);
    if (tail === null || last === undefined) return;
    if (news.length > 0) await takeNews(tail, news, continuity.end());
    if (last.position > continuity.end()) await readLog(continuity, last.position, page);
  };

  const followOnce = async (): Promise<void> => {
    if (tail === null) {
      const head = await log.head();
      tail = createTail(head);
      handedOut = head;
      becomeReady();
    }
    // Made anew: what was taken but could not be remembered, because something failed, is taken again.
    const continuity = createContinuity(tail.end());
    for await (const item of log.subscribe({ after: tail.end(), signal: stopping.signal })) {
      if (item.kind === 'events') await takePage(continuity, item.events);
      // The head can lie behind the last event (not everything in a log is one); or the last was left out.
      else if (item.position > continuity.end()) await readLog(continuity, item.position, []);
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
    reachesBack: (position: Position): boolean => tail?.reachesBack(position) ?? false,
    /** A scope's first events after `after`, at most so many; null where some of them are forgotten. */
    since(scope: Scope, viewer: UserId, after: Position, most: number): Remembrance | null {
      const found = tail?.since(scopeKey(scope, viewer), after, most) ?? null;
      if (tail === null || found === null) return null;
      const last = found.at(-1);
      const isAll = last === undefined || found.length < most;
      const entries = found.map((seen) => entryOf(seen, scope, viewer));
      return { entries, isAll, through: isAll ? tail.end() : last.event.position };
    },
    /**
     * Position of the scope's last event at or before `position`: remembered, or `found` out and remembered.
     */
    async previous(
      scope: Scope,
      viewer: UserId,
      position: Position,
      find: () => Promise<Position>,
    ): Promise<Position> {
      const key = scopeKey(scope, viewer);
      const known = tail?.previous(key, position) ?? null;
      if (known !== null) return known;
      const found = await find();
      tail?.learn(key, position, found);
      return found;
    },
    /** True once everything up to `position` has been handed out; false after `timeoutMs`. */
    reached: (position: Position, timeoutMs: number): Promise<boolean> =>
      handedOut !== null && handedOut >= position ? Promise.resolve(true) : waiting.wait(position, timeoutMs),
    health: (): FeedHealth => ({ state: state(), position: tail?.end() ?? null, reason: problem, gaps }),
    async close(): Promise<void> {
      stopping.abort();
      gathering.stop();
      waiting.giveUp();
      await following;
    },
  };
};

export type Feed = ReturnType<typeof createFeed>;
