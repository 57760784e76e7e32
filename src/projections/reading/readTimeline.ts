import { type Position, positionOf, startOfLog, type UserId } from '../../events/ids.ts';
import type { DocumentReader, Query } from '../documents/documentStore.ts';
import type { TimelineRow } from '../model.ts';
import { checkpointName } from '../projection.ts';
import type { Scope } from '../readModel.ts';
import { timeline } from '../timeline.ts';

const rowsOf = (scope: Scope, viewer: UserId): Query<TimelineRow>['where'] => {
  switch (scope.scope) {
    case 'conversation':
      return { conversationId: scope.id };
    case 'user':
      return { audience: viewer };
    case 'queue':
      return { movesQueue: true };
  }
};

/**
 * So many of a scope's rows, in order. What of a conversation no client is told of is little, and sifted here: an
 * index without it would cost every event more than it saves.
 */
const readScope = async (
  reader: DocumentReader,
  scope: Scope,
  viewer: UserId,
  { direction, after, limit }: Pick<Query<TimelineRow>, 'direction' | 'limit'> & { readonly after: Position },
): Promise<TimelineRow[]> => {
  const found: TimelineRow[] = [];
  for (let from = after; ; ) {
    const page = await reader.query<TimelineRow>({
      ...{ collection: timeline.collection, where: rowsOf(scope, viewer), orderBy: 'position' },
      ...{ direction, after: from, limit },
    });
    found.push(...page.filter(({ shown }) => shown));
    const last = page.at(-1);
    if (last === undefined || page.length < limit || found.length >= limit) return found.slice(0, limit);
    from = last.position;
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
  rows: await readScope(reader, scope, viewer, { direction: 'ascending', after, limit }),
});

/** Position of the scope's last event at or before `position`. */
export const readLastInScope = async (
  reader: DocumentReader,
  scope: Scope,
  viewer: UserId,
  position: Position,
): Promise<Position> => {
  const after = positionOf(BigInt(position) + 1n);
  const [last] = await readScope(reader, scope, viewer, { direction: 'descending', after, limit: 1 });
  return last?.position ?? startOfLog;
};
