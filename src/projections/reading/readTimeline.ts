import { type Position, positionOf, startOfLog, type UserId } from '../../events/ids.ts';
import type { DocumentReader, Query } from '../documents/documentStore.ts';
import type { TimelineRow } from '../model.ts';
import { checkpointName } from '../projection.ts';
import type { Scope } from '../readModel.ts';
import { timeline } from '../timeline.ts';

const rowsOf = (scope: Scope, viewer: UserId): Query<TimelineRow>['where'] => {
  switch (scope.scope) {
    case 'conversation':
      return { conversationId: scope.id, shown: true };
    case 'user':
      return { audience: viewer };
    case 'queue':
      return { movesQueue: true };
  }
};

/** Rows of a scope strictly after `after`, oldest first, and up to where the timeline is complete. */
export const readTimeline = async (
  reader: DocumentReader,
  scope: Scope,
  viewer: UserId,
  after: Position,
  limit: number,
): Promise<{ rows: TimelineRow[]; until: Position }> => ({
  until: (await reader.checkpoint(checkpointName(timeline)))?.position ?? startOfLog,
  rows: await reader.query<TimelineRow>({
    collection: timeline.collection,
    where: rowsOf(scope, viewer),
    orderBy: 'position',
    direction: 'ascending',
    after,
    limit,
  }),
});

/** Position of the scope's last event at or before `position`. */
export const readLastInScope = async (
  reader: DocumentReader,
  scope: Scope,
  viewer: UserId,
  position: Position,
): Promise<Position> => {
  const [last] = await reader.query<TimelineRow>({
    collection: timeline.collection,
    where: rowsOf(scope, viewer),
    orderBy: 'position',
    direction: 'descending',
    after: positionOf(BigInt(position) + 1n),
    limit: 1,
  });
  return last?.position ?? startOfLog;
};
