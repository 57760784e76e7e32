import { decode } from '../../events/catalogue.ts';
import { type ConversationId, type Position, positionOf, startOfLog, type UserId } from '../../events/ids.ts';
import type { EventLog } from '../../events/log/eventLog.ts';
import type { TimelineRow } from '../../projections/model.ts';
import type { ReadModel, Scope } from '../../projections/readModel.ts';
import { inScope, type OwnedEvent } from '../../projections/scopes.ts';
import { type Entry, entriesOf, entryOfText, seenEvent } from './entry.ts';
import { limits } from './limits.ts';
import { isMember, type MembershipHistory, readMembership } from './members.ts';

/** What delivery asks of the read model. */
export type DeliveryReadModel = Pick<
  ReadModel,
  'whenProcessed' | 'position' | 'snapshot' | 'timeline' | 'timelineTexts' | 'lastInScope'
>;

export interface PagesParts {
  readonly log: EventLog;
  readonly readModel: DeliveryReadModel;
  readonly scope: Scope;
  readonly viewer: UserId;
}

export interface EntryPage {
  readonly entries: readonly Entry[];
  /** Up to here `entries` are all that there is. */
  readonly through: Position;
}

const ownedEvent = ({ event, ownerId }: TimelineRow): OwnedEvent =>
  ownerId === null ? event : { ...event, ownerId };

/** A store without snapshots may show rows newer than where its timeline is complete, and not all of them. */
const isUpTo =
  (until: Position) =>
  ({ position }: { readonly position: Position }): boolean =>
    position <= until;

/** A scope's events after a position, read: from the timeline as far as that is, then from the log. */
export const createPages = ({ log, readModel, scope, viewer }: PagesParts) => {
  let pageLength: number = limits.firstPage;

  /** In scope `user`, an own job is shown whole to who was in its conversation then, or is now. */
  const entriesFor = async (events: readonly OwnedEvent[]): Promise<Entry[]> => {
    const histories = new Map<ConversationId, MembershipHistory | null>();
    for (const { conversationId, ownerId } of scope.scope === 'user' ? events : [])
      if (conversationId !== undefined && ownerId === viewer && !histories.has(conversationId))
        histories.set(conversationId, await readMembership(log, conversationId));
    const isHidden = ({ conversationId, position }: OwnedEvent): boolean => {
      const history = conversationId === undefined ? undefined : histories.get(conversationId);
      if (history === undefined) return false;
      return history === null || !(isMember(history, viewer) || isMember(history, viewer, position));
    };
    const seen = events.map((event) => seenEvent(event, isHidden(event)));
    return entriesOf(seen, scope, viewer);
  };

  /** Longer pages while they are small, shorter ones while they are large: memory stays bounded. */
  const adapt = (asked: number, entries: readonly Entry[]): void => {
    const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
    if (bytes > limits.pageBytes) pageLength = Math.max(1, Math.floor(asked / 2));
    else if (asked === pageLength) pageLength = Math.min(limits.longestPage, pageLength * 2);
  };

  /** A conversation's events unread, for everyone there is shown the same of them. */
  const readTimeline = async (after: Position, asked: number) => {
    if (scope.scope === 'conversation') {
      const { events, until } = await readModel.timelineTexts(scope.id, after, asked);
      const rows = events.filter(isUpTo(until));
      return { until, rows, entries: rows.map(entryOfText) };
    }
    const { rows: all, until } = await readModel.timeline(scope, viewer, after, asked);
    const rows = all.filter(isUpTo(until));
    return { until, rows, entries: await entriesFor(rows.map(ownedEvent)) };
  };

  const fromTimeline = async (after: Position, most: number): Promise<EntryPage | null> => {
    const asked = Math.min(pageLength, most);
    const { until, rows, entries } = await readTimeline(after, asked);
    if (until <= after) return null;
    const last = rows.at(-1);
    const through = last !== undefined && rows.length === asked ? last.position : until;
    adapt(asked, entries);
    return { entries, through };
  };

  const fromLog = async (after: Position, most: number): Promise<EntryPage> => {
    const events: OwnedEvent[] = [];
    let through = after;
    let bytes = 0;
    for await (const recorded of log.readAll({ after, maxCount: limits.logPage })) {
      const event = decode(recorded);
      through = recorded.position;
      if (event === null || !inScope(event, scope, viewer)) continue;
      events.push(event);
      bytes += JSON.stringify(event.data).length;
      if (bytes > limits.pageBytes || events.length === most) break;
    }
    return { entries: await entriesFor(events), through };
  };

  return {
    /** At most so many events. Nothing new: `through` is `after`. */
    next: async (after: Position, most: number): Promise<EntryPage> =>
      (await fromTimeline(after, most)) ?? (await fromLog(after, most)),

    /** Position of the scope's last event at or before `position`, which may lie ahead of the documents. */
    async lastUpTo(position: Position): Promise<Position> {
      const documents = await readModel.position();
      const backwards = { direction: 'backwards', after: positionOf(BigInt(position) + 1n) } as const;
      if (documents < position)
        for await (const recorded of log.readAll(backwards)) {
          if (recorded.position <= documents) break;
          const event = decode(recorded);
          if (event !== null && inScope(event, scope, viewer)) return recorded.position;
        }
      return position === startOfLog ? startOfLog : await readModel.lastInScope(scope, viewer, position);
    },
  };
};

export type Pages = ReturnType<typeof createPages>;
