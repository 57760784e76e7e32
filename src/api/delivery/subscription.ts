import type { Position } from '../../events/ids.ts';
import { type Batch, type Cut, cut } from './batches.ts';
import type { Entry } from './entry.ts';
import { limits } from './limits.ts';
import { Window } from './window.ts';

/*
 * One subscription as a machine: positions and entries go in, batches come out. It does no I/O and knows
 * no clock but the one it is given; `following.ts` reads the log for it and connects it to the feed.
 *
 *             page                    full
 *           ┌──────┐   join    ┌────────────────┐
 *           ▼      │           │                ▼
 *     ──▶ reading ─┴───────▶ live           stalled ──▶ ended (nothing acknowledged for too long)
 *           │ ▲                                │ ▲
 *           │ └──────── acknowledged ──────────┘ │
 *           └───────────────── full ─────────────┘     any ──▶ ended (permission lost, stopped)
 *
 * `covered` is the one thing to hold on to: every event of the scope up to it has been sent, none after
 * it has. Each input says up to where it is complete and begins at or before `covered`, so what is
 * older is dropped and nothing lies between.
 *
 * - reading: `page` hands over what was read after `covered`. What the feed hands out meanwhile is
 *   ignored, for it will be read; only the viewer's own leaving is heeded at once.
 * - `join` is a page from the feed's own memory, complete up to the feed's position and handed over in
 *   the same turn of the event loop as it was taken: from then on the feed misses nothing, so it is live.
 * - live → stalled: the client has too much unacknowledged. Events that come are dropped, and `covered`
 *   stays. stalled → reading: from `covered`; whatever was dropped is read from the log.
 * - A restart of the feed goes unnoticed: it continues from its own position.
 * - Membership is folded in the order of positions: of what was read in one go, or handed out in one go to
 *   who is live, that before the viewer's leaving is sent; then the subscription ends.
 *
 * `live: true` is said by a batch that reaches both what the feed has and `until`, the log's head when the
 * subscription was answered; at once by an empty one if nothing was missed.
 */

export type Phase = 'reading' | 'live' | 'stalled' | 'ended';
export type EndCode = 'permission_lost' | 'slow_consumer' | 'server_shutdown';

/** Where a subscription begins. */
export interface Beginning {
  /** The client's cursor, or its snapshot's position. */
  readonly covered: Position;
  /** The scope's last event up to there. */
  readonly previous: Position;
  /** The log's head when it was answered. */
  readonly until: Position;
}

export interface SubscriptionParts {
  readonly beginning: Beginning;
  readonly tickMs: number;
  readonly slowConsumerMs: number;
  /** Milliseconds that never go back. */
  now(): number;
  /** Whether this event takes the viewer's permission away. */
  revokes(entry: Entry): boolean;
  /** False while the connection has too much unsent. */
  hasRoom(): boolean;
  send(batch: Batch, number: number): void;
  /** Pages are wanted again. */
  read(): void;
  ended(code: EndCode, resume: Position): void;
}

const later = (a: Position, b: Position): Position => (a > b ? a : b);

/** A class, for a node has one for each conversation that each client follows: as closures it took 2 KB more. */
export class Subscription {
  readonly #parts: SubscriptionParts;
  readonly #window: Window;
  #covered: Position;
  #previous: Position;
  #phase: Phase = 'reading';
  #saidLive = false;
  #lastSentAt: number;
  #lastProgressAt: number;

  constructor(parts: SubscriptionParts) {
    const { covered, previous } = parts.beginning;
    this.#parts = parts;
    this.#covered = covered;
    this.#previous = previous;
    this.#window = new Window(covered);
    this.#lastSentAt = parts.now();
    this.#lastProgressAt = this.#lastSentAt;
  }

  get phase(): Phase {
    return this.#phase;
  }
  get covered(): Position {
    return this.#covered;
  }
  get acknowledgedThrough(): Position {
    return this.#window.acknowledgedThrough;
  }
  /** So many events can be sent before it stalls, if they are small. */
  get room(): number {
    return this.#window.room;
  }

  /** Everything of the scope after `covered` and up to `through`. */
  page(entries: readonly Entry[], through: Position): void {
    if (this.#phase === 'reading') this.#take(entries, through, false);
  }

  /** The same, up to where the feed is: from now on it is live. */
  join(entries: readonly Entry[], through: Position): void {
    if (this.#phase === 'reading') this.#take(entries, through, true);
  }

  /**
   * What the feed hands out, complete since it last did; entries may be none. Who leaves while older events
   * are still being read gets no more of them: permission is gone at once.
   */
  live(entries: readonly Entry[], through: Position): void {
    if (this.#phase === 'live') this.#take(entries, through, true);
    else if (entries.some((entry) => this.#parts.revokes(entry))) this.end('permission_lost');
  }

  acknowledged(number: number): void {
    if (this.#phase === 'ended' || !this.#window.acknowledge(number)) return;
    this.#lastProgressAt = this.#parts.now();
    this.resumeIfRoom();
  }

  /** The connection has room again. */
  resumeIfRoom(): void {
    if (this.#phase !== 'stalled' || this.#isFull) return;
    this.#phase = 'reading';
    this.#parts.read();
  }

  /** To be called often; `handedOut`: up to where the feed has called `live` where it had to. */
  tick(handedOut: Position, margin: number): void {
    const { tickMs, slowConsumerMs } = this.#parts;
    if (this.#hasEnded) return;
    const time = this.#parts.now();
    const isSlow = !this.#window.isEmpty && time - this.#lastProgressAt >= slowConsumerMs;
    if (isSlow) this.end('slow_consumer');
    if (this.#hasEnded) return;
    if (this.#phase === 'stalled' || this.#isFull || time - this.#lastSentAt < tickMs - margin) return;
    if (this.#phase === 'live') this.#covered = later(this.#covered, handedOut);
    this.#sendEmpty(this.#phase === 'live' && this.#covered >= this.#parts.beginning.until);
  }

  end(code: EndCode): void {
    if (this.#phase === 'ended') return;
    this.#phase = 'ended';
    this.#parts.ended(code, this.#window.acknowledgedThrough);
  }

  /** Ends it without a word: it was replaced, or the client asked. */
  stop(): void {
    this.#phase = 'ended';
  }

  get #hasEnded(): boolean {
    return this.#phase === 'ended';
  }
  get #isFull(): boolean {
    return this.#window.isFull || !this.#parts.hasRoom();
  }

  #send({ events, after, through, last, bytes }: Cut, live: boolean): void {
    const batch: Batch = { events, after, through, live };
    this.#lastSentAt = this.#parts.now();
    if (this.#window.isEmpty) this.#lastProgressAt = this.#lastSentAt;
    this.#covered = through;
    this.#previous = last;
    this.#saidLive = live;
    this.#parts.send(batch, this.#window.add(batch, bytes));
  }

  #sendEmpty(live: boolean): void {
    const [after, through] = [this.#previous, this.#covered];
    this.#send({ events: [], bytes: limits.envelopeBytes, after, through, last: after }, live);
    if (this.#isFull) this.#phase = 'stalled';
  }

  /** Sends entries, complete up to `through`; `joined`: and up to everything that the feed has. */
  #take(entries: readonly Entry[], through: Position, joined: boolean): void {
    const { until } = this.#parts.beginning;
    const isFresh = ({ position }: Entry): boolean => position > this.#covered;
    // Mostly all are. The list itself then, for it is the others', too (batches.ts).
    const fresh = entries.every(isFresh) ? entries : entries.filter(isFresh);
    const revoked = fresh.findIndex((entry) => this.#parts.revokes(entry));
    const allowed = revoked < 0 ? fresh : fresh.slice(0, revoked);
    const target = revoked < 0 ? later(through, this.#covered) : (allowed.at(-1)?.position ?? this.#covered);
    const reachesLive = joined && revoked < 0 && target >= until;
    const wasLive = this.#phase === 'live';
    for (const batch of cut(allowed, this.#previous, target)) {
      this.#send(batch, wasLive ? batch.through >= until : reachesLive && batch.through === target);
      if (this.#hasEnded) return;
      if (!this.#isFull || (revoked >= 0 && this.#covered === target)) continue;
      this.#phase = 'stalled';
      return;
    }
    if (revoked >= 0) {
      this.end('permission_lost');
      return;
    }
    this.#covered = target;
    if (joined) this.#phase = 'live';
    if (reachesLive && !this.#saidLive) this.#sendEmpty(true);
  }
}
