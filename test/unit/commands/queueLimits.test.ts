import { describe, expect, it } from 'vitest';
import { DomainError } from '../../../src/commands/errors.ts';
import { permitOneMore, type QueueRefusal, refusalOf } from '../../../src/commands/queueLimits.ts';

const crowd = (ofPerson: number, all: number) => ({ ofPerson, all });
const limits = (waitingPerPerson: number, length: number) => ({ waitingPerPerson, length });

describe('whether one more picture may wait', () => {
  it.each<[string, QueueRefusal | null, ReturnType<typeof limits>, ReturnType<typeof crowd>]>([
    ['it may while the person and the queue are below their limits', null, limits(3, 10), crowd(2, 9)],
    ['it may not where the person has as many as they may', 'quota_exceeded', limits(3, 10), crowd(3, 3)],
    [
      'it may not where the person has more, for the limit was lowered',
      'quota_exceeded',
      limits(1, 0),
      crowd(3, 3),
    ],
    ['it may not where the queue is full, however few are theirs', 'queue_full', limits(3, 10), crowd(0, 10)],
    [
      'where both are full, they are told what they can do something about',
      'quota_exceeded',
      limits(3, 3),
      crowd(3, 3),
    ],
    ['it may, however many there are, where nothing is limited', null, limits(0, 0), crowd(1_000, 100_000)],
    ['a limit of the queue alone lets one person fill it', null, limits(0, 10), crowd(9, 9)],
    ['a limit of the person alone lets the queue grow', null, limits(3, 0), crowd(2, 100_000)],
  ])('%s', (_, refusal, given, waiting) => expect(refusalOf(given, waiting)).toBe(refusal));
});

describe('who may not', () => {
  const told = (given: ReturnType<typeof limits>, waiting: ReturnType<typeof crowd>): unknown => {
    try {
      return permitOneMore(given, waiting);
    } catch (error) {
      return error;
    }
  };

  it('is told how many of theirs wait, how many may, and what to do', () => {
    const refusal = told(limits(1_000, 0), crowd(1_000, 1_000));
    expect(refusal).toBeInstanceOf(DomainError);
    expect(refusal).toMatchObject({
      code: 'quota_exceeded',
      message:
        'You have 1,000 pictures waiting, and may have 1,000. Wait until one of them is begun, or cancel one, then try again.',
    });
    expect(told(limits(1, 0), crowd(1, 1))).toMatchObject({
      message: expect.stringContaining('You have 1 picture waiting'),
    });
  });

  it('is told that the queue is full, and not whose pictures fill it', () => {
    expect(told(limits(0, 2), crowd(0, 2))).toMatchObject({
      code: 'queue_full',
      message: 'The queue is full: 2 pictures wait already. Try again in a few minutes.',
    });
  });

  it('is nobody while there is room', () => expect(told(limits(3, 10), crowd(2, 9))).toBeUndefined());
});
