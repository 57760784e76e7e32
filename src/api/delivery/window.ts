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
export class Window {
  readonly #sent: Sent[] = [];
  #firstNumber = 0;
  #acknowledgedThrough: Position;
  #replayBatches = 0;
  #liveEvents = 0;
  #bytes = 0;

  constructor(begin: Position) {
    this.#acknowledgedThrough = begin;
  }

  /** The number under which the batch will be acknowledged. */
  add({ events, through, live }: Batch, bytes: number): number {
    const added: Sent = { through, events: events.length, replay: !live, bytes, acknowledged: false };
    this.#sent.push(added);
    this.#count(added, 1);
    return this.#firstNumber + this.#sent.length - 1;
  }

  /** True where that moved the client's cursor. A number that is unknown or repeated changes nothing. */
  acknowledge(number: number): boolean {
    const batch = this.#sent[number - this.#firstNumber];
    if (batch === undefined) return false;
    batch.acknowledged = true;
    let moved = false;
    for (let first = this.#sent[0]; first?.acknowledged; first = this.#sent[0]) {
      this.#sent.shift();
      this.#firstNumber += 1;
      this.#count(first, -1);
      this.#acknowledgedThrough = first.through;
      moved = true;
    }
    return moved;
  }

  get isEmpty(): boolean {
    return this.#sent.length === 0;
  }

  get isFull(): boolean {
    return (
      this.#replayBatches >= limits.windowReplayBatches ||
      this.#liveEvents >= limits.windowLiveEvents ||
      this.#bytes >= limits.windowBytes
    );
  }

  /** Of replayed events. One batch may always cross the limit. */
  get room(): number {
    return Math.max(1, limits.windowReplayBatches - this.#replayBatches) * limits.batchEvents;
  }

  get acknowledgedThrough(): Position {
    return this.#acknowledgedThrough;
  }

  #count({ replay, events, bytes }: Sent, sign: 1 | -1): void {
    if (replay) this.#replayBatches += sign;
    else this.#liveEvents += sign * events;
    this.#bytes += sign * bytes;
  }
}
