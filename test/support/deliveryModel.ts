import type { Batch } from '../../src/api/delivery/batches.ts';
import { createContinuity } from '../../src/api/delivery/continuity.ts';
import { type Entry, entriesOf, type SeenEvent, seenEvent } from '../../src/api/delivery/entry.ts';
import { createHeld } from '../../src/api/delivery/held.ts';
import { createInterests, type Interested } from '../../src/api/delivery/interests.ts';
import { scopeKey } from '../../src/api/delivery/keys.ts';
import { Subscription } from '../../src/api/delivery/subscription.ts';
import { createTail } from '../../src/api/delivery/tail.ts';
import { type Cursor, receive } from '../../src/client/cursor.ts';
import type { DomainEvent } from '../../src/events/catalogue.ts';
import { type LogId, type Position, positionOf, startOfLog } from '../../src/events/ids.ts';
import { ben, conversationNumber, imageNumber, openHistory } from './happened.ts';

/*
 * One conversation followed by one client, from the log to what the client has applied, without sockets,
 * stores or clocks. Every rule is the product's own: continuity, tail, interests, subscription, window and
 * batches of the server, the cursor of the client. Only what brings them together is made here, so that a
 * schedule can bring it in any order: the log's subscription and the line both lose 5 % and double 5 %.
 *
 * A step that finds something wrong throws `Broken`.
 */

/** Each keeps the promise together with the others; a test takes one away and sees the promise break. */
export const rules = [
  'gap check of the client',
  'duplicate suppression of the client',
  'idle batch',
  'live buffer',
  'gap check of the node',
  'duplicate suppression of the node',
] as const;
export type Rule = (typeof rules)[number];

export class Broken extends Error {}

const tickMs = 1_000;
const slowConsumerMs = 10_000;
/** So often may a client whose window isn't full hear from the server before it is complete. */
const mostTicks = 4;
const scope = { scope: 'conversation', id: conversationNumber(1) } as const;
const viewer = ben.id;
const key = scopeKey(scope, viewer);
const logId = 'the log' as LogId;

/** What can be appended. It is made once for each position: a schedule must cost microseconds. */
const makers = {
  own: (history) => history.conversation(1, { type: 'ConversationRenamed', data: { title: 'Harbour' } }),
  large: (history) =>
    history.conversation(1, { type: 'ConversationRenamed', data: { title: 'x'.repeat(90_000) } }),
  other: (history) => history.conversation(2, { type: 'ConversationRenamed', data: { title: 'Elsewhere' } }),
  progress: (history) =>
    history.job(1, {
      type: 'JobProgressed',
      data: { attempt: 1, step: 1, steps: 2, stage: 'drawing', preview: imageNumber(1) },
    }),
  leaves: (history) => history.conversation(1, { type: 'ParticipantLeft', data: { participant: ben } }),
  joins: (history) => history.conversation(1, { type: 'ParticipantJoined', data: { participant: ben } }),
} satisfies Record<string, (history: ReturnType<typeof openHistory>) => DomainEvent>;
type Kind = keyof typeof makers;

/** An event of the log, and what the tail wants to know of it. */
interface Item {
  readonly position: Position;
  readonly seen: SeenEvent;
  readonly bytes: number;
  readonly isOwn: boolean;
}

const openPool = (make: (history: ReturnType<typeof openHistory>) => DomainEvent) => {
  const history = openHistory();
  const made: Item[] = [];
  return (position: number): Item => {
    while (made.length < position) {
      const event = make(history);
      const isOwn = event.conversationId === scope.id;
      made.push({ ...event, seen: seenEvent(event, false), bytes: 10, isOwn });
    }
    const found = made[position - 1];
    if (found === undefined) throw new Error('positions begin at 1');
    return found;
  };
};
const pools = {
  own: openPool(makers.own),
  large: openPool(makers.large),
  other: openPool(makers.other),
  progress: openPool(makers.progress),
  leaves: openPool(makers.leaves),
  joins: openPool(makers.joins),
};

/** Mulberry32: chances that a schedule's seed decides. */
const chances = (seed: number) => {
  let state = seed | 0;
  return (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

export const createModel = (seed: number, without: Rule | null = null) => {
  const chance = chances(seed);
  let lossy = true;
  const isLost = (): boolean => lossy && chance() < 0.05;
  const isDoubled = (): boolean => lossy && chance() < 0.05;

  // The log.
  const log: Item[] = [];
  let isMember = true;
  let lastLeft = 0;
  const head = (): Position => positionOf(log.length);
  const between = (after: Position, until: number): readonly Item[] => log.slice(Number(after), until);
  const own = (events: readonly SeenEvent[]): Entry[] => entriesOf(events, scope, viewer);
  const lastUpTo = (position: Position): Position => {
    for (let n = Number(position); n > 0; n -= 1) {
      const item = log[n - 1];
      if (item?.isOwn) return item.position;
    }
    return startOfLog;
  };
  const append = (kind: Kind): void => {
    log.push(pools[kind](log.length + 1));
    if (kind === 'leaves') lastLeft = log.length;
    if (kind === 'leaves' || kind === 'joins') isMember = kind === 'joins';
  };

  // The node: it follows the log, remembers, and hands out.
  const startNode = () => ({
    /** How much of the log its subscription has been through. */
    read: log.length,
    continuity: createContinuity(head()),
    tail: createTail(head()),
    held: createHeld(),
    beats: 0,
    handedOut: head(),
    interests: createInterests(),
  });
  let node = startNode();
  const takeNews = (news: readonly Item[], through: Position): void => {
    node.tail.push(news, through);
    const seen = news.map((item) => item.seen);
    node.held.add(seen, node.beats);
  };
  const readAgain = (until: number): void => {
    const news = node.continuity.trust(between(node.continuity.end(), until), positionOf(until));
    takeNews(news, positionOf(until));
  };
  /** Without one of the node's rules: what the log's subscription yields is believed, or half of it. */
  const takeUnchecked = (yielded: readonly Item[]): void => {
    const end = node.tail.end();
    const isNew = ({ position }: Item, index: number): boolean =>
      position > (yielded[index - 1]?.position ?? end);
    const news = without === 'gap check of the node' ? yielded.filter(isNew) : yielded;
    takeNews(news, news.at(-1)?.position ?? end);
  };
  const feed = (count: number): void => {
    const until = Math.min(log.length, node.read + count);
    const yielded: Item[] = [];
    for (const item of log.slice(node.read, until)) {
      if (!isLost()) yielded.push(item);
      if (isDoubled()) yielded.push(item);
    }
    node.read = until;
    if (without === 'gap check of the node' || without === 'duplicate suppression of the node') {
      takeUnchecked(yielded);
      return;
    }
    const news = node.continuity.take(yielded);
    if (news.length > 0) takeNews(news, node.continuity.end());
    const last = yielded.at(-1)?.position ?? startOfLog;
    if (last > node.continuity.end()) readAgain(Number(last));
  };
  /** The log's subscription says where the head is. */
  const feedIsToldTheHead = (): void => {
    const isChecked = without !== 'gap check of the node';
    if (node.read === log.length && node.tail.end() < head() && isChecked) readAgain(log.length);
  };
  /** All that is held, or only what was there at the last beat: each scope has its own time. */
  const handOut = (): void => {
    const heldSince = lossy && chance() < 0.5 ? node.beats - 1 : node.beats;
    for (const [of, events] of node.held.take(heldSince)) node.interests.hand(of, events, node.tail.end());
    node.handedOut = node.held.handedOut(node.tail.end());
    node.beats += 1;
  };

  // The line between them. An answer that is lost is asked for again, so answers come at once.
  let time = 0;
  let connected = false;
  let toClient: (() => void)[] = [];
  let toServer: (() => void)[] = [];

  // The server's side of the subscription.
  type Subscribed = ReturnType<typeof subscribeAt>;
  let subscribed: Subscribed | null = null;
  const check = ({ events, after, through, live }: Batch, sentThrough: Position, until: Position): void => {
    const link = lastUpTo(events.length > 0 ? sentThrough : through);
    if (after !== link) throw new Broken(`a batch is chained to ${after} and not to ${link}`);
    if (live && through < until) throw new Broken(`it is called live at ${through}, before ${until}`);
    const last = Number(events.at(-1)?.position ?? 0);
    if (!isMember && last > lastLeft) throw new Broken(`${last} was sent after leaving at ${lastLeft}`);
  };
  const subscribeAt = (covered: Position) => {
    const until = head();
    const previous = node.tail.previous(key, covered) ?? lastUpTo(covered);
    const membershipAsOf = head();
    let sentThrough = covered;
    const subscription = new Subscription({
      beginning: { covered, previous, until },
      tickMs: without === 'idle batch' ? Number.POSITIVE_INFINITY : tickMs,
      slowConsumerMs,
      now: () => time,
      revokes: ({ leaver, position }) => leaver === viewer && position > membershipAsOf,
      hasRoom: () => true,
      send: (batch, number) => {
        if (subscribed !== this_) throw new Broken('a batch of a subscription that was replaced');
        if (without === null) check(batch, sentThrough, until);
        sentThrough = batch.through;
        const arrive = (): void => hear(batch, () => subscription.acknowledged(number));
        toClient.push(arrive);
      },
      read: () => {},
      ended: (code) => {
        node.interests.remove(this_.interested);
        if (subscribed === this_) subscribed = null;
        toClient.push(() => {
          if (code === 'slow_consumer') subscribe();
        });
      },
    });
    const live: Interested['live'] = (entries, through) => subscription.live(entries, through);
    const interested = { scope, viewer, live };
    const this_ = { subscription, interested };
    node.interests.add(interested);
    return this_;
  };
  const unsubscribe = (): void => {
    if (subscribed === null) return;
    subscribed.subscription.stop();
    node.interests.remove(subscribed.interested);
    subscribed = null;
  };

  // The client.
  let cursor: Cursor = { logId, through: startOfLog };
  const applied: Position[] = [];
  const subscribe = (): void => {
    unsubscribe();
    if (!connected || !isMember) return;
    subscribed = subscribeAt(cursor.through);
  };
  const apply = (batch: Batch) => {
    const shown = without === 'gap check of the client' ? { ...batch, after: startOfLog } : batch;
    const received = receive(cursor, shown);
    if (without !== 'duplicate suppression of the client' || received.action === 'resubscribe')
      return received;
    const state = received.action === 'ignore' ? cursor : received.state;
    return { action: 'apply', events: batch.events, state } as const;
  };
  const hear = (batch: Batch, acknowledge: () => void): void => {
    const { state, action, events } = apply(batch);
    if (action === 'resubscribe') {
      subscribe();
      return;
    }
    for (const { position } of events) {
      if (position <= (applied.at(-1) ?? startOfLog)) throw new Broken(`${position} came again`);
      applied.push(position);
    }
    cursor = state;
    toServer.push(acknowledge);
  };

  const carry = (messages: (() => void)[], count: number): void => {
    for (const message of messages.splice(0, count)) {
      if (isLost()) continue;
      message();
      if (isDoubled()) message();
    }
  };
  const disconnect = (): void => {
    connected = false;
    unsubscribe();
    toClient = [];
    toServer = [];
  };
  const connect = (): void => {
    connected = true;
    subscribe();
  };
  const page = (count: number): void => {
    if (subscribed === null) return;
    const { subscription } = subscribed;
    const until = Math.min(log.length, Number(subscription.covered) + count);
    const read = between(subscription.covered, until).map(({ seen }) => seen);
    subscription.page(own(read), positionOf(until));
  };
  const join = (): void => {
    if (subscribed === null) return;
    const { subscription } = subscribed;
    const room = subscription.room;
    const waiting = node.tail.since(key, subscription.covered, room);
    const last = waiting?.at(-1);
    if (waiting === null) return;
    if (last !== undefined && waiting.length === room) subscription.page(own(waiting), last.event.position);
    else subscription.join(without === 'live buffer' ? [] : own(waiting), node.tail.end());
  };
  const pass = (milliseconds: number): void => {
    time += milliseconds;
    subscribed?.subscription.tick(node.handedOut, 0);
  };
  const mixed = (): Kind => {
    const dice = chance();
    return dice < 0.5 ? 'own' : dice < 0.75 ? 'other' : dice < 0.97 ? 'progress' : 'large';
  };

  /** One byte of a schedule: what happens, and how much of it. */
  const step = (byte: number): void => {
    const much = byte >> 4;
    switch (byte & 15) {
      case 0:
        append('own');
        return;
      case 1:
        for (let n = 0; n <= much; n += 1) append(mixed());
        return;
      case 2:
        // Seldom more than fits into a batch, and into the window.
        for (let n = 0; n < (much > 13 ? much * 20 : much); n += 1) append('own');
        return;
      case 3:
      case 4:
        feed(1 + much * 4);
        return;
      case 5:
        handOut();
        return;
      case 6:
        page(1 + much * 16);
        return;
      case 7:
        join();
        return;
      case 8:
      case 9:
        carry(toClient, 1 + much);
        return;
      case 10:
      case 11:
        carry(toServer, 1 + much);
        return;
      case 12:
        pass(much * 200);
        return;
      case 13:
        if (much < 8) disconnect();
        else connect();
        return;
      case 14:
        if (much < 5) append(isMember ? 'leaves' : 'joins');
        else if (much < 8) {
          disconnect();
          node = startNode();
        } else if (connected) subscribe();
        return;
      default:
        feedIsToldTheHead();
    }
  };

  /** Nothing is lost any more, and time passes: the client must become complete, and soon. */
  const settle = (): void => {
    lossy = false;
    if (!isMember) append('joins');
    if (!connected) connect();
    for (let ticks = 0; ticks < mostTicks; ) {
      if (subscribed === null) subscribe();
      feed(log.length);
      feedIsToldTheHead();
      handOut();
      join();
      page(log.length);
      carry(toClient, toClient.length);
      carry(toServer, toServer.length);
      if (cursor.through === head() && toClient.length + toServer.length === 0) return;
      // What is lost fills the window for good: then it takes until the server gives the client up.
      if (subscribed?.subscription.phase !== 'stalled') ticks += 1;
      pass(tickMs);
    }
    throw new Broken(`it stalls at ${cursor.through}, and the log is at ${head()}`);
  };

  /** Progress may be left out where the job goes on; everything else must be there. */
  const checkComplete = (): void => {
    const got = new Set(applied);
    const all = log.filter(({ isOwn }) => isOwn);
    for (const [index, { seen, position }] of all.entries()) {
      const mayBeLeftOut = seen.event.type === 'JobProgressed' && index < all.length - 1;
      if (!got.delete(position) && !mayBeLeftOut) throw new Broken(`${position} is missing`);
    }
    for (const position of got) throw new Broken(`${position} is no event of the scope`);
  };

  return {
    run(schedule: Uint8Array): void {
      connect();
      for (const byte of schedule) step(byte);
      settle();
      checkComplete();
    },
  };
};
