import { describe, expect, it } from 'vitest';
import type { Batch } from '../../../../src/api/delivery/batches.ts';
import { type Beginning, type EndCode, Subscription } from '../../../../src/api/delivery/subscription.ts';
import { type Position, positionOf, startOfLog } from '../../../../src/events/ids.ts';
import { entryAt, positionsOf } from '../../../support/deliveryEntries.ts';

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const entries = (from: number, to: number) => numbers(from, to).map((n) => entryAt(n));

const open = (beginning: Partial<Beginning> = {}) => {
  const sent: Batch[] = [];
  const ended: { code: EndCode; resume: Position }[] = [];
  const world = { time: 0, reads: 0, room: true };
  const subscription = new Subscription({
    beginning: { covered: startOfLog, previous: startOfLog, until: startOfLog, ...beginning },
    tickMs: 1_000,
    slowConsumerMs: 5_000,
    now: () => world.time,
    revokes: ({ leaver }) => leaver === 'viewer',
    hasRoom: () => world.room,
    send: (batch) => void sent.push(batch),
    read: () => {
      world.reads += 1;
    },
    ended: (code, resume) => void ended.push({ code, resume }),
  });
  return { subscription, sent, ended, world };
};

const shape = ({ events, live, after, through }: Batch) => ({
  events: events.length,
  live,
  after: Number(after),
  through: Number(through),
});

describe('a subscription', () => {
  it('says that it is live at once, by an empty batch, when nothing was missed', () => {
    const begun = { covered: positionOf(9), previous: positionOf(4), until: positionOf(9) };
    const { subscription, sent } = open(begun);
    subscription.join([], positionOf(9));
    expect(sent.map(shape)).toEqual([{ events: 0, live: true, after: 4, through: 9 }]);
  });

  it('is not called live before it has reached the head of when it was asked for', () => {
    const { subscription, sent } = open({ until: positionOf(9) });
    subscription.join(entries(1, 5), positionOf(5));
    subscription.live(entries(7, 7), positionOf(8));
    subscription.live([], positionOf(9));
    expect(sent.map(({ live }) => live)).toEqual([false, false, true]);
  });

  it('ignores the feed while it reads, and what it has already when it joins', () => {
    const { subscription, sent } = open();
    subscription.live(entries(1, 3), positionOf(3));
    subscription.page(entries(1, 2), positionOf(2));
    subscription.join(entries(1, 4), positionOf(4));
    subscription.live(entries(3, 5), positionOf(5));
    expect(sent.flatMap(({ events }) => positionsOf(events))).toEqual([1, 2, 3, 4, 5]);
  });

  it('stops after 4 replay batches and goes on from there when one is acknowledged', () => {
    const { subscription, sent, world } = open({ until: positionOf(2_000) });
    subscription.page(entries(1, 2_000), positionOf(2_000));
    expect(sent).toHaveLength(4);
    expect(subscription.phase).toBe('stalled');
    subscription.acknowledged(0);
    expect(world.reads).toBe(1);
    expect(subscription.covered).toBe(positionOf(800));
  });

  it('drops what is live beyond 512 events and says live: false until it has caught up', () => {
    const { subscription, sent } = open();
    subscription.join([], startOfLog);
    subscription.acknowledged(0);
    for (const n of numbers(1, 600)) subscription.live(entries(n, n), positionOf(n));
    expect(sent.flatMap(({ events }) => events)).toHaveLength(512);
    for (const number of numbers(1, 512)) subscription.acknowledged(number);
    subscription.join(entries(513, 900), positionOf(900));
    expect(sent.slice(-2).map(shape)).toEqual([
      { events: 200, live: false, after: 512, through: 712 },
      { events: 188, live: true, after: 712, through: 900 },
    ]);
  });

  it('lets the batch that crosses 1 MB be the last', () => {
    const { subscription, sent } = open();
    subscription.join([], startOfLog);
    for (const n of numbers(1, 9)) subscription.live([entryAt(n, { bytes: 250_000 })], positionOf(n));
    expect(sent.flatMap(({ events }) => positionsOf(events))).toEqual([1, 2, 3, 4, 5]);
  });

  it('stops while the connection has too much unsent, and goes on when it has room', () => {
    const { subscription, sent, world } = open();
    world.room = false;
    subscription.page(entries(1, 300), positionOf(300));
    expect(sent).toHaveLength(1);
    subscription.resumeIfRoom();
    expect(world.reads).toBe(0);
    world.room = true;
    subscription.resumeIfRoom();
    expect(world.reads).toBe(1);
  });

  it('ends a client that acknowledges nothing for too long, and says from where it may go on', () => {
    const { subscription, ended, world } = open();
    subscription.join(entries(1, 1), positionOf(1));
    subscription.live(entries(2, 2), positionOf(2));
    world.time = 4_999;
    subscription.acknowledged(0);
    world.time = 9_998;
    subscription.tick(positionOf(2), 0);
    expect(ended).toEqual([]);
    world.time = 9_999;
    subscription.tick(positionOf(2), 0);
    expect(ended).toEqual([{ code: 'slow_consumer', resume: positionOf(1) }]);
  });

  it('counts batches without events, too: four that are not acknowledged are the last of a replay', () => {
    const { subscription, sent, world } = open({ until: positionOf(9) });
    for (const tick of numbers(1, 4)) {
      world.time = tick * 1_000;
      subscription.tick(startOfLog, 0);
    }
    subscription.page(entries(1, 9), positionOf(9));
    expect(sent.map(shape)).toEqual(Array(4).fill({ events: 0, live: false, after: 0, through: 0 }));
    subscription.acknowledged(0);
    expect(world.reads).toBe(1);
    subscription.page(entries(1, 9), positionOf(9));
    expect(sent).toHaveLength(5);
  });

  it('tells a quiet client how far it is, but for a full window', () => {
    const { subscription, sent, world } = open({ previous: positionOf(3), covered: positionOf(3) });
    subscription.join([], positionOf(3));
    subscription.acknowledged(0);
    world.time = 1_000;
    subscription.tick(positionOf(8), 0);
    expect(sent.slice(1).map(shape)).toEqual([{ events: 0, live: true, after: 3, through: 8 }]);
    subscription.live(entries(9, 620), positionOf(620));
    const before = sent.length;
    world.time = 3_000;
    subscription.tick(positionOf(700), 0);
    expect(sent).toHaveLength(before);
  });

  it.each(['live', 'replay'])('sends what came before the viewer left and nothing after it (%s)', (how) => {
    const { subscription, sent, ended } = open();
    const all = [...entries(1, 2), entryAt(3, { leaver: 'viewer' }), ...entries(4, 5)];
    if (how === 'live') subscription.join([], startOfLog);
    if (how === 'live') subscription.live(all, positionOf(5));
    else subscription.page(all, positionOf(5));
    subscription.join(entries(6, 9), positionOf(9));
    expect(sent.flatMap(({ events }) => positionsOf(events))).toEqual([1, 2]);
    expect(sent.at(-1)?.through).toBe(positionOf(2));
    expect(ended.map(({ code }) => code)).toEqual(['permission_lost']);
  });

  it.each(['reading', 'stalled'])(
    'ends at once when the viewer leaves while older events wait (%s)',
    (how) => {
      const { subscription, sent, ended, world } = open({ until: positionOf(2_000) });
      subscription.page(
        entries(1, how === 'stalled' ? 2_000 : 200),
        positionOf(how === 'stalled' ? 2_000 : 200),
      );
      expect(subscription.phase).toBe(how);
      const before = sent.length;
      subscription.live([entryAt(2_001, { leaver: 'other' })], positionOf(2_001));
      expect(ended).toEqual([]);
      subscription.live([entryAt(2_002, { leaver: 'viewer' })], positionOf(2_002));
      expect(ended).toEqual([{ code: 'permission_lost', resume: startOfLog }]);
      subscription.acknowledged(0);
      subscription.page(entries(201, 300), positionOf(300));
      expect(sent).toHaveLength(before);
      expect(world.reads).toBe(0);
    },
  );

  it('stays when somebody else leaves', () => {
    const { subscription, sent } = open();
    subscription.join([entryAt(1, { leaver: 'other' }), entryAt(2)], positionOf(2));
    expect(sent.flatMap(({ events }) => positionsOf(events))).toEqual([1, 2]);
  });

  it('sends nothing after it was stopped', () => {
    const { subscription, sent, ended } = open();
    subscription.join([], startOfLog);
    subscription.stop();
    subscription.live(entries(1, 1), positionOf(1));
    subscription.tick(positionOf(1), 0);
    expect(sent).toHaveLength(1);
    expect(ended).toEqual([]);
  });
});
