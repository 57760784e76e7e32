import { type Position, positionOf, startOfLog } from '../../events/ids.ts';
import type { DocumentReader, Query } from '../documents/documentStore.ts';
import type { TimelineRow } from '../model.ts';
import { timeline } from '../timeline.ts';
import { queryAll } from './queryAll.ts';

export type RowsWhere = Query<TimelineRow>['where'];

/** All rows of the timeline that are so, after a position and up to another, oldest first. */
export const readRows = (
  reader: DocumentReader,
  where: RowsWhere,
  until: Position,
  after: Position = startOfLog,
): Promise<TimelineRow[]> =>
  queryAll<TimelineRow>(reader, {
    ...{ collection: timeline.collection, where, after, until },
    ...{ orderBy: 'position', direction: 'ascending' },
  });

/** The last row that is so, at or before a position. */
export const readLastRow = async (
  reader: DocumentReader,
  where: RowsWhere,
  at: Position,
): Promise<TimelineRow | null> => {
  const [last] = await reader.query<TimelineRow>({
    ...{ collection: timeline.collection, where, orderBy: 'position', direction: 'descending' },
    after: positionOf(BigInt(at) + 1n),
    limit: 1,
  });
  return last ?? null;
};
