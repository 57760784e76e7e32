import type { Position } from '../events/ids.ts';

/** How far behind the log's head, in places of the log; null where the head isn't known. */
export const lag = (head: Position | null, position: Position): number | null =>
  head === null ? null : Math.max(0, Number(BigInt(head) - BigInt(position)));
