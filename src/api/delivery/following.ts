import type { Logger } from 'pino';
import type { Config } from '../../config.ts';
import type { Position, UserId } from '../../events/ids.ts';
import type { Scope } from '../../projections/readModel.ts';
import type { Batch } from './batches.ts';
import type { Entry } from './entry.ts';
import type { FairTurns } from './fairTurns.ts';
import type { Feed } from './feed.ts';
import type { Interests } from './interests.ts';
import { limits } from './limits.ts';
import type { Outbox } from './outbox.ts';
import type { Pages } from './pages.ts';
import { type Beginning, createSubscription, type EndCode } from './subscription.ts';
import { createPauses } from './waiting.ts';

/** What every subscription of a node shares. */
export interface SharedParts {
  readonly config: Pick<Config, 'TICK_MS' | 'SLOW_CONSUMER_MS'>;
  readonly feed: Feed;
  readonly interests: Interests;
  readonly turns: FairTurns;
  readonly logger: Logger;
}

export interface FollowingParts extends SharedParts {
  readonly scope: Scope;
  readonly viewer: UserId;
  readonly beginning: Beginning;
  /** Membership was checked as of here: an older leaving is past, a newer one ends the subscription. */
  readonly membershipAsOf: Position;
  readonly pages: Pages;
  readonly outbox: Outbox;
  emit(batch: Batch, onAcknowledged: () => void): void;
  ended(code: EndCode, resume: Position): void;
  /** Something is wrong that must not be: the connection is to be closed. */
  broken(error: unknown): void;
}

/** Drives one subscription: reads for it until it is live, then hands it what the feed has. */
export const follow = (parts: FollowingParts) => {
  const { scope, viewer, feed, interests, config, membershipAsOf } = parts;
  const stopping = new AbortController();
  const pauses = createPauses(stopping.signal);
  let reading = false;

  const revokes = ({ leaver, position }: Entry): boolean =>
    scope.scope === 'conversation' && leaver === viewer && position > membershipAsOf;

  const leave = (): void => {
    stopping.abort();
    interests.remove(interested);
  };

  const subscription = createSubscription({
    beginning: parts.beginning,
    tickMs: config.TICK_MS,
    slowConsumerMs: config.SLOW_CONSUMER_MS,
    now: () => performance.now(),
    revokes,
    hasRoom: parts.outbox.hasRoom,
    send: (batch, number) => parts.emit(batch, () => subscription.acknowledged(number)),
    read: () => void readOn(),
    ended: (code, resume) => {
      leave();
      parts.ended(code, resume);
    },
  });

  const interested = {
    scope,
    viewer,
    live(entries: readonly Entry[], through: Position): void {
      try {
        subscription.live(entries, through);
      } catch (error) {
        parts.broken(error);
      }
    },
  };

  /**
   * One step towards live: from the feed's memory where that reaches back far enough, else a page. No more is read than may
   * be sent, for the rest would be read again.
   */
  const readStep = async (): Promise<void> => {
    const remembered = feed.since(scope, viewer, subscription.covered(), subscription.room());
    if (remembered !== null) {
      const { entries, through, isAll } = remembered;
      if (isAll) subscription.join(entries, through);
      else subscription.page(entries, through);
      return;
    }
    await parts.outbox.room();
    if (stopping.signal.aborted) return;
    const page = await parts.turns.run(viewer, () =>
      parts.pages.next(subscription.covered(), subscription.room()),
    );
    subscription.page(page.entries, page.through);
  };

  const readOn = async (): Promise<void> => {
    if (reading) return;
    reading = true;
    while (subscription.phase() === 'reading') {
      try {
        await readStep();
        pauses.succeeded();
      } catch (error) {
        parts.logger.warn({ err: error, scope, viewer }, 'a subscription can not be read; trying again');
        await pauses.pause();
      }
    }
    reading = false;
  };

  const begin = async (): Promise<void> => {
    const { until } = parts.beginning;
    // The feed is some milliseconds behind the head; joining it earlier could not be called live yet.
    let isThere = await feed.reached(until, limits.futureMs);
    await readOn();
    // It is interrupted, then: what the documents have was sent, and that it is live is said when it is.
    while (!isThere && !stopping.signal.aborted) isThere = await feed.reached(until, limits.futureMs);
    interested.live([], until);
  };

  interests.add(interested);
  void begin();

  return {
    tick(margin: number): void {
      subscription.tick(feed.handedOut() ?? parts.beginning.covered, margin);
    },
    resumeIfRoom: subscription.resumeIfRoom,
    end: subscription.end,
    /** Nothing is sent after this. */
    stop(): void {
      subscription.stop();
      leave();
    },
  };
};

export type Following = ReturnType<typeof follow>;
