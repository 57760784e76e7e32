import type { Logger } from 'pino';
import type { Config } from '../../config.ts';
import type { Position, UserId } from '../../events/ids.ts';
import type { Scope } from '../../projections/readModel.ts';
import type { Batch } from './batches.ts';
import type { Entry } from './entry.ts';
import type { FairTurns } from './fairTurns.ts';
import type { Feed } from './feed.ts';
import type { Interested, Interests } from './interests.ts';
import { limits } from './limits.ts';
import type { Outbox } from './outbox.ts';
import type { Pages } from './pages.ts';
import type { SubscriptionReport } from './report.ts';
import { type Beginning, type EndCode, Subscription, type SubscriptionParts } from './subscription.ts';
import type { Turnstile } from './turnstile.ts';
import { createPauses, type Pauses } from './waiting.ts';

/** What every subscription of a node shares. */
export interface SharedParts {
  readonly config: Pick<Config, 'TICK_MS' | 'SLOW_CONSUMER_MS'>;
  readonly feed: Feed;
  readonly interests: Interests;
  readonly turns: FairTurns;
  readonly turnstile: Turnstile;
  readonly logger: Logger;
}

export interface FollowingParts {
  readonly shared: SharedParts;
  readonly scope: Scope;
  readonly viewer: UserId;
  readonly beginning: Beginning;
  /** Membership was checked as of here: an older leaving is past, a newer one ends the subscription. */
  readonly membershipAsOf: Position;
  authorize(): Promise<Position | null>;
  readonly pages: Pages;
  readonly outbox: Outbox;
  readonly report: SubscriptionReport;
  readonly listener: FollowingListener;
}

/** Is told what comes of a subscription. */
export interface FollowingListener {
  emit(from: Following, batch: Batch, onAcknowledged: () => void): void;
  ended(which: Following, code: EndCode, resume: Position): void;
  /** Something is wrong that must not be: the connection is to be closed. */
  broken(which: Following, error: unknown): void;
}

/** Drives one subscription: reads for it until it is live, then hands it what the feed has. */
export class Following implements SubscriptionParts, Interested {
  readonly #parts: FollowingParts;
  readonly #subscription: Subscription;
  #isReading = false;
  #isOver = false;
  /** Made where they are needed. */
  #pauses: Pauses | null = null;

  constructor(parts: FollowingParts) {
    this.#parts = parts;
    this.#subscription = new Subscription(this);
    parts.shared.interests.add(this);
    void this.#begin();
  }

  get scope(): Scope {
    return this.#parts.scope;
  }
  get viewer(): UserId {
    return this.#parts.viewer;
  }

  live(entries: readonly Entry[], through: Position): void {
    try {
      this.#subscription.live(entries, through);
    } catch (error) {
      this.#parts.listener.broken(this, error);
    }
  }
  tick(margin: number): void {
    const { shared, beginning } = this.#parts;
    this.#subscription.tick(shared.feed.handedOut() ?? beginning.covered, margin);
  }
  resumeIfRoom(): void {
    this.#subscription.resumeIfRoom();
  }
  end(code: EndCode): void {
    this.#subscription.end(code);
  }
  /** Nothing is sent after this. */
  stop(): void {
    this.#subscription.stop();
    this.#leave(null);
  }

  // What the subscription asks of whoever drives it.
  get beginning(): Beginning {
    return this.#parts.beginning;
  }
  get tickMs(): number {
    return this.#parts.shared.config.TICK_MS;
  }
  get slowConsumerMs(): number {
    return this.#parts.shared.config.SLOW_CONSUMER_MS;
  }
  now(): number {
    return performance.now();
  }
  revokes({ leaver, position }: Entry): boolean {
    const { scope, viewer, membershipAsOf } = this.#parts;
    return scope.scope === 'conversation' && leaver === viewer && position > membershipAsOf;
  }
  hasRoom(): boolean {
    return this.#parts.outbox.hasRoom();
  }
  send(batch: Batch, number: number): void {
    this.#parts.listener.emit(this, batch, () => this.#subscription.acknowledged(number));
    this.#parts.report.sent(batch);
  }
  read(): void {
    void this.#readOn();
  }
  ended(code: EndCode, resume: Position): void {
    this.#leave(code);
    this.#parts.listener.ended(this, code, resume);
  }

  #leave(code: EndCode | null): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#parts.shared.interests.remove(this);
    this.#parts.report.over(code);
  }

  async #begin(): Promise<void> {
    const { until } = this.beginning;
    const { feed } = this.#parts.shared;
    // The feed is some milliseconds behind the head; joining it earlier could not be called live yet.
    let isThere = await feed.reached(until, limits.futureMs);
    await this.#readOn();
    // It is interrupted, then: what the documents have was sent, and that it is live is said when it is.
    while (!isThere && !this.#isOver) isThere = await feed.reached(until, limits.futureMs);
    this.live([], until);
  }

  /**
   * One step towards live: from the feed's memory where that reaches back far enough, else a page. No more is read than may
   * be sent, for the rest would be read again.
   */
  async #readStep(): Promise<void> {
    const { shared, scope, viewer, outbox, authorize, pages } = this.#parts;
    await shared.turnstile.passed();
    const { covered, room } = this.#subscription;
    const remembered = shared.feed.since(scope, viewer, covered, room);
    if (remembered !== null) {
      const { entries, through, isAll } = remembered;
      if (isAll) this.#subscription.join(entries, through);
      else this.#subscription.page(entries, through);
      return;
    }
    await outbox.room();
    if (this.#isOver) return;
    const page = await shared.turns.run(viewer, async () => {
      // The feed tells of a leaving at once; where it is behind, or away, this does.
      const isAllowed = (await authorize()) !== null;
      return isAllowed ? pages.next(this.#subscription.covered, this.#subscription.room) : null;
    });
    if (page === null) this.end('permission_lost');
    else this.#subscription.page(page.entries, page.through);
  }

  async #readOn(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    while (this.#subscription.phase === 'reading') {
      try {
        await this.#readStep();
        this.#pauses = null;
      } catch (error) {
        const { shared, scope, viewer } = this.#parts;
        shared.logger.warn({ err: error, scope, viewer }, 'a subscription can not be read; trying again');
        this.#pauses ??= createPauses();
        await this.#pauses.pause();
      }
    }
    this.#isReading = false;
  }
}
