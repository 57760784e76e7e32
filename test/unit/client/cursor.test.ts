import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ChainedBatch, type Cursor, receive } from '../../../src/client/cursor.ts';
import { type LogId, type Position, positionOf, startOfLog } from '../../../src/events/ids.ts';

interface Item {
  readonly position: Position;
}

const logId = '00000000-0000-7000-8000-000000000001' as LogId;
const at = (number: number): Item => ({ position: positionOf(number) });
const cursorAt = (number: number): Cursor => ({ logId, through: positionOf(number) });
const batch = (after: number, events: readonly number[], through: number): ChainedBatch<Item> => ({
  after: positionOf(after),
  events: events.map(at),
  through: positionOf(through),
});

describe('the cursor', () => {
  it('applies what follows it', () => {
    const { state, action, events } = receive(cursorAt(5), batch(5, [6, 8], 9));
    expect(action).toBe('apply');
    expect(events).toEqual([at(6), at(8)]);
    expect(state).toEqual(cursorAt(9));
  });

  it('ignores what it covers', () => {
    const { state, action, events } = receive(cursorAt(9), batch(5, [6, 8], 9));
    expect([state, action, events]).toEqual([cursorAt(9), 'ignore', []]);
  });

  it('finds out that something is missing, and stays where it is', () => {
    const { state, action, events } = receive(cursorAt(5), batch(6, [8], 9));
    expect([state, action, events]).toEqual([cursorAt(5), 'resubscribe', []]);
  });

  it('applies only the newer part of a batch that it covers in part', () => {
    expect(receive(cursorAt(6), batch(5, [6, 8], 9)).events).toEqual([at(8)]);
  });

  it('moves with a batch that has no events', () => {
    expect(receive(cursorAt(6), batch(6, [], 12)).state).toEqual(cursorAt(12));
  });

  it('finds a lost batch by the empty one that names the last event', () => {
    expect(receive(cursorAt(5), batch(6, [], 12)).action).toBe('resubscribe');
  });

  it('needs no event at its own position', () => {
    expect(receive(cursorAt(7), batch(6, [9], 9)).action).toBe('apply');
  });
});

/** Cuts a scope's log into batches, each linked to the scope's event before it, as a server does. */
const cut = (positions: readonly number[], head: number, from: number, sizes: readonly number[]) => {
  const left = positions.filter((position) => position > from);
  const batches: ChainedBatch<Item>[] = [];
  let after = positions.filter((position) => position <= from).at(-1) ?? 0;
  for (let taken = 0, turn = 0; taken < left.length; turn += 1) {
    const events = left.slice(taken, taken + (sizes[turn % sizes.length] ?? 1));
    taken += events.length;
    const last = events.at(-1) ?? after;
    batches.push(batch(after, events, taken < left.length ? last : head));
    after = last;
  }
  return [...batches, batch(after, [], head)];
};

describe('over a line that loses, repeats and reorders', () => {
  const line = fc.array(
    fc.record({ drop: fc.integer({ min: 0, max: 9 }), swap: fc.boolean(), twice: fc.boolean() }),
    { minLength: 1, maxLength: 30 },
  );
  /** What a bad line makes of batches. */
  const spoil = (
    batches: readonly ChainedBatch<Item>[],
    faults: readonly { drop: number; swap: boolean; twice: boolean }[],
  ) => {
    const arrived: ChainedBatch<Item>[] = [];
    batches.forEach((sent, index) => {
      const fault = faults[index % faults.length];
      if (fault === undefined || fault.drop < 3) return;
      if (fault.swap) arrived.splice(Math.max(0, arrived.length - 1), 0, sent);
      else arrived.push(sent);
      if (fault.twice) arrived.push(sent);
    });
    return arrived;
  };

  it('no event is lost, none comes twice, and all come in order', () => {
    const positions = fc.uniqueArray(fc.integer({ min: 1, max: 200 }), { maxLength: 60 });
    const sizes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(
        positions,
        fc.nat(100),
        sizes,
        fc.array(line, { maxLength: 6 }),
        (found, begin, size, lines) => {
          const log = [...found].sort((a, b) => a - b);
          let state = cursorAt(begin);
          const applied: Position[] = [];
          const hear = (arrived: readonly ChainedBatch<Item>[]) => {
            for (const one of arrived) {
              const received = receive(state, one);
              state = received.state;
              applied.push(...received.events.map(({ position }) => position));
              if (received.action === 'resubscribe') return;
            }
          };
          const from = () => Number(state.through);
          for (const faults of lines) hear(spoil(cut(log, 250, from(), size), faults));
          // The line is whole again, and the tick has told of what was lost.
          hear(cut(log, 250, from(), size));
          expect(applied).toEqual(
            log.filter((position) => position > begin).map((position) => positionOf(position)),
          );
          expect(state).toEqual(cursorAt(250));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('a cursor of nothing at all gets everything', () => {
    const state: Cursor = { logId, through: startOfLog };
    expect(receive(state, batch(0, [1, 2], 2)).events).toHaveLength(2);
  });
});
