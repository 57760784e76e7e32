import type { DomainEvent } from '../events/catalogue.ts';
import type { UserId } from '../events/ids.ts';
import type { BegunRound } from './model.ts';
import { projection } from './projection.ts';

export const roundsId = (priority: number, ownerId: UserId): string => `${priority}:${ownerId}`;

const foldBegun = (begun: BegunRound | null, event: DomainEvent): BegunRound | null => {
  const { type, data, ownerId, position } = event;
  if (type !== 'JobStarted' || ownerId === undefined) return begun;
  const { priority, round } = data.order;
  // Another attempt at an old picture takes nobody back to its round.
  if (begun !== null && (position <= begun.position || round <= begun.round)) return begun;
  const roundKey = `${String(round).padStart(10, '0')}-${ownerId}`;
  return { ownerId, priority, round, roundKey, position };
};

/**
 * Up to which round each person's pictures were begun, a priority. The highest of all is how far the
 * fair share has come: who asks for the first time begins there. Without fair share all rounds are 0, and
 * a document is written once.
 */
export const rounds = projection<BegunRound>({
  name: 'rounds',
  version: 1,
  indexes: [['priority', 'roundKey']],
  keys: ({ type, data, ownerId }) =>
    type === 'JobStarted' && ownerId !== undefined ? [roundsId(data.order.priority, ownerId)] : [],
  apply: foldBegun,
});
