import type { Position } from '../events/ids.ts';
import type { BlockTime } from './model.ts';
import { projection } from './projection.ts';

/** How many digits the blocks have, each a thousand times larger than the one before; the last is the whole log. */
const lengths = [18, 15, 12, 9, 6, 3, 0] as const;

/** A block with as many digits is looked through event by event: it has at most a hundred. */
export const smallestBlock = lengths[0];

export const wholeLog = '';

/** So that the whole log, which no digit names, has an id too. */
export const blockId = (block: string): string => `block ${block}`;

const blockOf = (id: string): string => id.slice(blockId('').length);

/**
 * Ids of all blocks that a position lies in. Positions come in order, so those of the last are mostly those
 * of the next: to make seven texts for each event, and look them up, cost a twentieth of a rebuild.
 */
const blocksOf = (() => {
  let smallest = '';
  let ids: readonly string[] = [];
  return (position: Position): readonly string[] => {
    if (!position.startsWith(smallest) || smallest === '') {
      smallest = position.slice(0, smallestBlock);
      ids = lengths.map((length) => blockId(position.slice(0, length)));
    }
    return ids;
  };
})();

/**
 * When the log took its events, block by block, so that the first event after a time is found without
 * reading the log. A clock may be set back, so times don't grow from event to event: what is kept of a
 * block is its latest.
 */
export const times = projection<BlockTime>({
  name: 'times',
  version: 1,
  indexes: [['within', 'block']],
  keys: ({ position }) => blocksOf(position),
  apply: (before, { position, recordedAt }, id) => {
    if (before !== null && (position <= before.position || recordedAt <= before.latest)) return before;
    const block = blockOf(id);
    return { block, within: block === wholeLog ? null : block.slice(0, -3), latest: recordedAt, position };
  },
});
