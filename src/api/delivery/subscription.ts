import type { Position } from '../../events/ids.ts';
import { type Batch, type Cut, cut } from './batches.ts';
import type { Entry } from './entry.ts';
import { limits } from './limits.ts';
import { createWindow } from './window.ts';

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

export const createSubscription = (parts: SubscriptionParts) => {
  const { until } = parts.beginning;
  let { covered, previous } = parts.beginning;
  let phase: Phase = 'reading';
  let saidLive = false;
  const window = createWindow(covered);
  let lastSentAt = parts.now();
  let lastProgressAt = lastSentAt;

  const hasEnded = (): boolean => phase === 'ended';
  const isFull = (): boolean => window.isFull() || !parts.hasRoom();

  const send = ({ events, after, through, last, bytes }: Cut, live: boolean): void => {
    const batch: Batch = { events, after, through, live };
    lastSentAt = parts.now();
    if (window.isEmpty()) lastProgressAt = lastSentAt;
    covered = through;
    previous = last;
    saidLive = live;
    parts.send(batch, window.add(batch, bytes));
  };

  const sendEmpty = (live: boolean): void => {
    const nothing = { events: [], bytes: limits.envelopeBytes };
    send({ ...nothing, after: previous, through: covered, last: previous }, live);
    if (isFull()) phase = 'stalled';
  };

  const end = (code: EndCode): void => {
    if (phase === 'ended') return;
    phase = 'ended';
    parts.ended(code, window.acknowledgedThrough());
  };

  /** Sends entries, complete up to `through`; `joined`: and up to everything that the feed has. */
  const take = (entries: readonly Entry[], through: Position, joined: boolean): void => {
    const fresh = entries.filter(({ position }) => position > covered);
    const revoked = fresh.findIndex(parts.revokes);
    const allowed = revoked < 0 ? fresh : fresh.slice(0, revoked);
    const target = revoked < 0 ? later(through, covered) : (allowed.at(-1)?.position ?? covered);
    const reachesLive = joined && revoked < 0 && target >= until;
    const wasLive = phase === 'live';
    for (const batch of cut(allowed, previous, target)) {
      send(batch, wasLive ? batch.through >= until : reachesLive && batch.through === target);
      if (hasEnded()) return;
      if (!isFull() || (revoked >= 0 && covered === target)) continue;
      phase = 'stalled';
      return;
    }
    if (revoked >= 0) {
      end('permission_lost');
      return;
    }
    covered = target;
    if (joined) phase = 'live';
    if (reachesLive && !saidLive) sendEmpty(true);
  };

  const resumeIfRoom = (): void => {
    if (phase !== 'stalled' || isFull()) return;
    phase = 'reading';
    parts.read();
  };

  return {
    phase: (): Phase => phase,
    covered: (): Position => covered,
    acknowledgedThrough: (): Position => window.acknowledgedThrough(),
    /** So many events can be sent before it stalls, if they are small. */
    room: (): number => window.room(),

    /** Everything of the scope after `covered` and up to `through`. */
    page(entries: readonly Entry[], through: Position): void {
      if (phase === 'reading') take(entries, through, false);
    },
    /** The same, up to where the feed is: from now on it is live. */
    join(entries: readonly Entry[], through: Position): void {
      if (phase === 'reading') take(entries, through, true);
    },
    /**
     * What the feed hands out, complete since it last did; entries may be none. Who leaves while older events
     * are still being read gets no more of them: permission is gone at once.
     */
    live(entries: readonly Entry[], through: Position): void {
      if (phase === 'live') take(entries, through, true);
      else if (entries.some(parts.revokes)) end('permission_lost');
    },
    acknowledged(number: number): void {
      if (phase === 'ended' || !window.acknowledge(number)) return;
      lastProgressAt = parts.now();
      resumeIfRoom();
    },
    /** The connection has room again. */
    resumeIfRoom,
    /** To be called often; `handedOut`: up to where the feed has called `live` where it had to. */
    tick(handedOut: Position, margin: number): void {
      if (hasEnded()) return;
      const now = parts.now();
      const isSlow = !window.isEmpty() && now - lastProgressAt >= parts.slowConsumerMs;
      if (isSlow) end('slow_consumer');
      if (hasEnded()) return;
      if (phase === 'stalled' || isFull() || now - lastSentAt < parts.tickMs - margin) return;
      if (phase === 'live') covered = later(covered, handedOut);
      sendEmpty(phase === 'live' && covered >= until);
    },
    end,
    /** Ends it without a word: it was replaced, or the client asked. */
    stop(): void {
      phase = 'ended';
    },
  };
};

export type Subscription = ReturnType<typeof createSubscription>;
