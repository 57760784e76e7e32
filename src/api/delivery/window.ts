import type { Position } from '../../events/ids.ts';
import type { Batch } from './batches.ts';
import { limits } from './limits.ts';

interface Sent {
  readonly through: Position;
  readonly events: number;
  readonly replay: boolean;
  readonly bytes: number;
  acknowledged: boolean;
}

/**
 * What a subscription has sent and its client hasn't acknowledged. Batches leave it in the order in
 * which they were sent, for a cursor says that everything before it was applied.
 */
export const createWindow = (begin: Position) => {
  const sent: Sent[] = [];
  let firstNumber = 0;
  let acknowledgedThrough = begin;
  const total = { replayBatches: 0, liveEvents: 0, bytes: 0 };

  const count = ({ replay, events, bytes }: Sent, sign: 1 | -1): void => {
    if (replay) total.replayBatches += sign;
    else total.liveEvents += sign * events;
    total.bytes += sign * bytes;
  };

  return {
    /** The number under which the batch will be acknowledged. */
    add({ events, through, live }: Batch, bytes: number): number {
      const added: Sent = { through, events: events.length, replay: !live, bytes, acknowledged: false };
      sent.push(added);
      count(added, 1);
      return firstNumber + sent.length - 1;
    },
    /** True where that moved the client's cursor. A number that is unknown or repeated changes nothing. */
    acknowledge(number: number): boolean {
      const batch = sent[number - firstNumber];
      if (batch === undefined) return false;
      batch.acknowledged = true;
      let moved = false;
      for (let first = sent[0]; first?.acknowledged; first = sent[0]) {
        sent.shift();
        firstNumber += 1;
        count(first, -1);
        acknowledgedThrough = first.through;
        moved = true;
      }
      return moved;
    },
    isEmpty: (): boolean => sent.length === 0,
    isFull: (): boolean =>
      total.replayBatches >= limits.windowReplayBatches ||
      total.liveEvents >= limits.windowLiveEvents ||
      total.bytes >= limits.windowBytes,
    /** Of replayed events. One batch may always cross the limit. */
    room: (): number => Math.max(1, limits.windowReplayBatches - total.replayBatches) * limits.batchEvents,
    acknowledgedThrough: (): Position => acknowledgedThrough,
  };
};
