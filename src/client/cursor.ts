import type { LogId, Position } from '../events/ids.ts';

/** How far a scope is complete here, and in which log that position means something. */
export interface Cursor {
  readonly logId: LogId;
  readonly through: Position;
}

/** What the rules need of a batch. */
export interface ChainedBatch<Item extends { readonly position: Position }> {
  readonly events: readonly Item[];
  /** The scope's event directly before the first that the batch covers: the chain's link, from the log. */
  readonly after: Position;
  /** Up to where the scope is complete once the batch is applied. */
  readonly through: Position;
}

export interface Received<Item> {
  readonly state: Cursor;
  readonly action: 'ignore' | 'resubscribe' | 'apply';
  /** To be applied: those newer than the cursor. */
  readonly events: readonly Item[];
}

/**
 * The rules that make delivery exact over a line that loses, repeats and reorders: what the cursor covers
 * is ignored; a link beyond the cursor means that something is missing, to be asked for again; everything
 * else is applied, without what came before.
 */
export const receive = <Item extends { readonly position: Position }>(
  state: Cursor,
  batch: ChainedBatch<Item>,
): Received<Item> => {
  if (batch.through <= state.through) return { state, action: 'ignore', events: [] };
  if (batch.after > state.through) return { state, action: 'resubscribe', events: [] };
  return {
    state: { ...state, through: batch.through },
    action: 'apply',
    events: batch.events.filter(({ position }) => position > state.through),
  };
};
