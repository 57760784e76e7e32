import type { Entry } from '../../src/api/delivery/entry.ts';
import { type JobId, type Position, positionOf, type UserId } from '../../src/events/ids.ts';
import type { QueueChange } from '../../src/projections/places.ts';

interface Traits {
  readonly bytes?: number;
  readonly progressOf?: string;
  readonly leaver?: string;
}

/** An entry at position n; what it says doesn't matter to batches and subscriptions. */
export const entryAt = (n: number, { bytes = 100, progressOf, leaver }: Traits = {}): Entry => {
  const position = positionOf(n);
  const event: QueueChange = {
    position,
    type: 'paused',
    schema: 1,
    at: '2026-01-01T00:00:00.000Z',
    data: {},
  };
  return {
    position,
    json: JSON.stringify(event),
    bytes,
    progressOf: progressOf === undefined ? null : (progressOf as JobId),
    leaver: leaver === undefined ? null : (leaver as UserId),
  };
};

export const positionsOf = (events: readonly { readonly position: Position }[]): number[] =>
  events.map(({ position }) => Number(position));
