import { type Position, positionOf } from '../events/ids.ts';

/*
 * A block is all positions that begin with the same digits: a tenth of the block one digit shorter. Any
 * span of positions is a few blocks, at most eighteen of each length, and a position lies in just twenty.
 * So "which spans hold this position" is twenty look-ups, however many spans there are and however long.
 */

const digits = 20;

/** The fewest blocks that make up the positions from `from` to before `until`, in order. */
export const blocksBetween = (from: Position, until: Position): string[] => {
  const blocks: string[] = [];
  const end = BigInt(until);
  let begin = BigInt(from);
  while (begin < end) {
    let size = 1n;
    let length = digits;
    while (length > 1 && begin % (size * 10n) === 0n && begin + size * 10n <= end) {
      size *= 10n;
      length -= 1;
    }
    blocks.push(positionOf(begin).slice(0, length));
    begin += size;
  }
  return blocks;
};

/** Every block that the position lies in, the largest first. */
export const blocksAt = (position: Position): string[] =>
  Array.from({ length: digits }, (_, index) => position.slice(0, index + 1));
