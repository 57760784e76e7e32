import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Batch } from '../../../../src/api/delivery/batches.ts';
import type { Entry } from '../../../../src/api/delivery/entry.ts';
import { Subscription } from '../../../../src/api/delivery/subscription.ts';
import { type Position, positionOf, startOfLog } from '../../../../src/events/ids.ts';
import { entryAt, positionsOf } from '../../../support/deliveryEntries.ts';

/** What may happen, in any order: numbers say how many, how far or which. */
type Step =
  | { readonly do: 'append'; readonly what: readonly ('own' | 'other' | 'progress' | 'large')[] }
  | { readonly do: 'feed' | 'page' | 'acknowledge' | 'time'; readonly by: number }
  | { readonly do: 'join' | 'lose' | 'resubscribe' };

const kind = fc.constantFrom('own', 'own', 'other', 'progress', 'large');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('append'), what: fc.array(kind, { minLength: 1, maxLength: 300 }) }),
  fc.record({
    do: fc.constantFrom('feed', 'page', 'acknowledge', 'time'),
    by: fc.integer({ min: 1, max: 400 }),
  }),
  fc.record({ do: fc.constantFrom('join', 'lose', 'resubscribe') }),
) as fc.Arbitrary<Step>;

/** A log, a feed behind it, one subscription, and a client that follows the rules of the protocol. */
const createWorld = () => {
  const log: (Entry | null)[] = [];
  let fed = 0;
  let time = 0;
  let cursor = startOfLog;
  let loseNext = false;
  let unacknowledged: number[] = [];
  const replies: (() => void)[] = [];
  const applied: Position[] = [];
  let mayHaveGap = false;
  let noticed = 0;
  let lost = 0;
  let generation = 0;
  let subscription: Subscription;

  const between = (after: Position, until: number): Entry[] =>
    log.slice(Number(after), until).flatMap((entry) => entry ?? []);

  const lastUpTo = (position: Position): Position =>
    between(startOfLog, Number(position)).at(-1)?.position ?? startOfLog;

  const receive = (batch: Batch, number: number): void => {
    if (loseNext && batch.events.length > 0) {
      loseNext = false;
      mayHaveGap = true;
      lost += 1;
      return;
    }
    unacknowledged.push(number);
    if (batch.through <= cursor) return;
    if (batch.after > cursor) {
      if (!mayHaveGap) throw new Error(`a false gap: ${batch.after} follows ${cursor}`);
      noticed += 1;
      replies.push(resubscribe);
      return;
    }
    for (const { position } of batch.events) {
      if (position <= cursor && !mayHaveGap) throw new Error('an event came twice');
      if (position > cursor) applied.push(position);
    }
    cursor = batch.through;
  };

  const resubscribe = (): void => {
    subscription?.stop();
    generation += 1;
    const mine = generation;
    unacknowledged = [];
    mayHaveGap = false;
    loseNext = false;
    const previous = lastUpTo(cursor);
    let sentThrough = cursor;
    subscription = new Subscription({
      beginning: { covered: cursor, previous, until: positionOf(log.length) },
      tickMs: 1_000,
      slowConsumerMs: 1_000_000_000,
      now: () => time,
      revokes: () => false,
      hasRoom: () => true,
      send: (batch, number) => {
        if (mine !== generation) throw new Error('a batch of a replaced subscription');
        const link = lastUpTo(batch.events.length > 0 ? sentThrough : batch.through);
        if (batch.after !== link) throw new Error(`chained to ${batch.after}, not to ${link}`);
        sentThrough = batch.through;
        receive(batch, number);
      },
      read: () => {},
      ended: (code) => {
        throw new Error(`ended with ${code}`);
      },
    });
  };

  const run = (step: Step): void => {
    switch (step.do) {
      case 'append':
        for (const what of step.what) {
          const traits =
            what === 'large' ? { bytes: 120_000 } : what === 'progress' ? { progressOf: 'job' } : {};
          log.push(what === 'other' ? null : entryAt(log.length + 1, traits));
        }
        break;
      case 'feed': {
        const from = positionOf(fed);
        fed = Math.min(log.length, fed + step.by);
        const found = between(from, fed);
        if (found.length > 0) subscription.live(found, positionOf(fed));
        break;
      }
      case 'page': {
        const until = Math.min(log.length, Number(subscription.covered) + step.by);
        subscription.page(between(subscription.covered, until), positionOf(until));
        break;
      }
      case 'join':
        subscription.join(between(subscription.covered, fed), positionOf(fed));
        break;
      case 'acknowledge':
        for (const number of unacknowledged.splice(0, step.by)) subscription.acknowledged(number);
        break;
      case 'time':
        time += step.by * 10;
        subscription.tick(positionOf(fed), 0);
        break;
      case 'lose':
        loseNext = true;
        break;
      case 'resubscribe':
        resubscribe();
        break;
    }
    for (const reply of replies.splice(0)) reply();
  };

  /** Nothing is lost any more, everything is acknowledged and time passes: the client must catch up. */
  const settle = (): void => {
    loseNext = false;
    for (let round = 0; round < 2_000 && cursor < positionOf(log.length); round += 1) {
      run({ do: 'feed', by: 1_000 });
      run({ do: 'join' });
      run({ do: 'acknowledge', by: 1_000 });
      run({ do: 'time', by: 200 });
    }
  };

  resubscribe();
  return {
    run,
    settle,
    log,
    applied,
    cursor: () => cursor,
    counts: () => ({ lost, noticed }),
  };
};

/** Progress may be left out where later progress of the job follows; everything else may not. */
const mustHave = (log: readonly (Entry | null)[]): number[] =>
  log.flatMap((entry) => (entry === null || entry.progressOf !== null ? [] : [Number(entry.position)]));

describe('any schedule of appends, pages, hand-outs, acknowledgements, losses and new subscriptions', () => {
  it('gives the client exactly the events of its scope, in order, once, and every loss is noticed', () => {
    let losses = 0;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        const world = createWorld();
        for (const each of steps) world.run(each);
        world.settle();
        expect(world.cursor()).toBe(positionOf(world.log.length));
        const got = world.applied.map(Number);
        expect(got.every((position, index) => index === 0 || position > (got[index - 1] ?? 0))).toBe(true);
        const all = new Set(positionsOf(world.log.flatMap((entry) => entry ?? [])));
        expect(got.every((position) => all.has(position))).toBe(true);
        const have = new Set(got);
        expect(mustHave(world.log).filter((position) => !have.has(position))).toEqual([]);
        const lastProgress = world.log.findLast((entry) => entry?.progressOf);
        if (lastProgress) expect(have.has(Number(lastProgress.position))).toBe(true);
        losses += world.counts().noticed;
      }),
      { numRuns: 400 },
    );
    expect(losses).toBeGreaterThan(0);
  });
});
