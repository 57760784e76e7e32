import type { EventType } from '../../events/catalogue.ts';
import { type ConversationId, type Position, positionOf, startOfLog, type UserId } from '../../events/ids.ts';
import { isPublic } from '../../events/public.ts';
import { bodyIn, type DocumentReader, type Query } from '../documents/documentStore.ts';
import type { TimelineRow } from '../model.ts';
import { checkpointName } from '../projection.ts';
import type { Scope, TimelineText } from '../readModel.ts';
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

type Pages = Pick<Query<TimelineRow>, 'where' | 'direction' | 'limit'> & { readonly after: Position };

/**
 * So many of a scope's rows, in order. What of a conversation no client is told of is little, and sifted here: an
 * index without it would cost every event more than it saves.
 */
const sift = async <Row extends { readonly position: Position }>(
  { after, ...pages }: Pages,
  read: (query: Query<TimelineRow>) => Promise<Row[]>,
  isTold: (row: Row) => boolean,
): Promise<Row[]> => {
  const { limit } = pages;
  const found: Row[] = [];
  for (let from = after; ; ) {
    const page = await read({
      ...{ collection: timeline.collection, orderBy: 'position', after: from },
      ...pages,
    });
    found.push(...page.filter(isTold));
    const last = page.at(-1);
    if (last === undefined || page.length < limit || found.length >= limit) return found.slice(0, limit);
    from = last.position;
  }
};

const readRows = (reader: DocumentReader, pages: Pages): Promise<TimelineRow[]> =>
  sift(
    pages,
    (query) => reader.query(query),
    ({ shown }) => shown,
  );

const completeTo = async (reader: DocumentReader): Promise<Position> =>
  (await reader.checkpoint(checkpointName(timeline)))?.position ?? startOfLog;

/** Rows of a scope strictly after `after`, oldest first, and up to where the timeline is complete. */
export const readTimeline = async (
  reader: DocumentReader,
  scope: Scope,
  viewer: UserId,
  after: Position,
  limit: number,
): Promise<{ rows: TimelineRow[]; until: Position }> => ({
  until: await completeTo(reader),
  rows: await readRows(reader, { where: rowsOf(scope, viewer), direction: 'ascending', after, limit }),
});

/** How the projection begins what it writes of a row, with a position of 20 digits; and how it goes on after the event. */
const rowBegins = '{"event":';
const eventBegins = '{"position":"';
const typeBegins = '","type":"';
const eventEnds = ',"recordedAt":"';
const eventAt = rowBegins.length;
const positionAt = eventAt + eventBegins.length;
const positionEnds = positionAt + 20;
const typeAt = positionEnds + typeBegins.length;

/**
 * The event of a row, unread. What follows it is nobody's words, so the last place that looks like its end is its end.
 * A row that was written otherwise is read.
 */
const eventIn = (row: string): TimelineText => {
  const end = row.lastIndexOf(eventEnds);
  const isAsWritten =
    end > 0 &&
    row.startsWith(rowBegins) &&
    row.startsWith(eventBegins, eventAt) &&
    row.startsWith(typeBegins, positionEnds);
  if (isAsWritten)
    return {
      position: row.slice(positionAt, positionEnds) as Position,
      type: row.slice(typeAt, row.indexOf('"', typeAt)) as EventType,
      json: row.slice(eventAt, end),
    };
  const { position, type, event } = bodyIn(timeline.collection, row);
  return { position, type, json: JSON.stringify(event) };
};

/** The same of a conversation, as text. */
export const readTimelineTexts = async (
  reader: DocumentReader,
  id: ConversationId,
  after: Position,
  limit: number,
): Promise<{ events: TimelineText[]; until: Position }> => ({
  until: await completeTo(reader),
  events: await sift(
    { where: { conversationId: id }, direction: 'ascending', after, limit },
    async (query) => (await reader.queryTexts(query)).map(eventIn),
    ({ type }) => isPublic(type),
  ),
});

/** Position of the scope's last event at or before `position`. */
export const readLastInScope = async (
  reader: DocumentReader,
  scope: Scope,
  viewer: UserId,
  position: Position,
): Promise<Position> => {
  const after = positionOf(BigInt(position) + 1n);
  const where = rowsOf(scope, viewer);
  const [last] = await readRows(reader, { where, direction: 'descending', after, limit: 1 });
  return last?.position ?? startOfLog;
};
