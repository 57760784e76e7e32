import { may, type Principal, permit } from '../../commands/permissions.ts';
import type { Position } from '../../events/ids.ts';
import type { TimelineRow } from '../../projections/model.ts';
import type { AuditFilter, AuditItem, PastEvent, Seeing } from '../../projections/past.ts';
import { auditFilter, latest } from '../audit/auditFilter.ts';
import { auditItem } from '../audit/auditItem.ts';
import { redact } from '../delivery/redact.ts';
import { notFound } from '../problems.ts';
import { longestWait } from './answerCall.ts';
import type { HttpApiParts } from './parts.ts';
import { readingOf } from './reading.ts';
import type { AuditQuery } from './schemas.ts';

export interface AuditPage {
  readonly items: readonly AuditItem[];
  readonly goOnAfter: Position | null;
}

/** Where somebody was is told to themselves and to auditors. */
const withoutForeignAddress = (who: Principal, item: AuditItem): AuditItem =>
  item.origin === null || item.actor.id === who.id || may('readAudit', who)
    ? item
    : { ...item, origin: { ...item.origin, address: null } };

/**
 * The audit trail as one person may read it. An auditor: all of it. Others: what happened in a conversation
 * of theirs, as far as clients are told, with late results, and what they were refused themselves.
 */
export const readingAuditOf = (parts: Pick<HttpApiParts, 'log' | 'readModel' | 'past'>) => {
  const { log, readModel, past } = parts;
  const reading = readingOf(readModel);

  /** @throws Problem not_found where it isn't theirs, forbidden where they name nothing that could be */
  const refuseForeign = async (who: Principal, { conversation, message, job }: AuditQuery) => {
    if (may('readAudit', who)) return;
    if (conversation === undefined && message === undefined && job === undefined)
      permit('readAudit', who, {});
    if (conversation !== undefined) await reading.conversation(who, conversation);
    if (message !== undefined) await reading.message(who, message);
    if (job === undefined) return;
    const found = await reading.job(who, job);
    if (!may('readOthersJobs', who) && !(await reading.isIn(who, found.conversationId)))
      throw notFound('job');
  };

  const filterOf = async ({ limit: _, cursor: __, ...query }: AuditQuery): Promise<AuditFilter> => {
    const isTimed = query.from !== undefined || query.to !== undefined;
    if (isTimed) await readModel.whenProcessed(await log.head(), longestWait);
    return auditFilter(query, past);
  };

  const removedOf = (rows: readonly Pick<TimelineRow, 'messageId'>[]) =>
    past.removed([...new Set(rows.flatMap(({ messageId }) => messageId ?? []))]);

  const seeingOf =
    (who: Principal): Seeing =>
    async (rows) => {
      if (may('readAudit', who)) return rows;
      const visible = rows.filter(
        ({ shown, type, actorId }) =>
          shown || type === 'JobResultDiscarded' || (type === 'CommandRefused' && actorId === who.id),
      );
      if (may('readRemoved', who)) return visible;
      const removed = await removedOf(visible);
      return visible.map((row) =>
        row.messageId !== null && removed.has(row.messageId) ? { ...row, event: redact(row.event) } : row,
      );
    };

  /** What a removed message said stays unsaid, in what its changes were too. */
  const itemsFor = async (who: Principal, events: readonly PastEvent[]): Promise<AuditItem[]> => {
    const removed: ReadonlySet<string | null> = may('readRemoved', who) ? new Set() : await removedOf(events);
    return events.map((event) => {
      const isHidden = event.type.startsWith('Message') && removed.has(event.messageId);
      return withoutForeignAddress(who, auditItem(isHidden ? { ...event, changes: [] } : event));
    });
  };

  return {
    /** Who may ask and what is looked for; then page after page. @throws Problem */
    async open(who: Principal, query: AuditQuery) {
      await refuseForeign(who, query);
      const filter = await filterOf(query);
      const seeing = seeingOf(who);
      return async (after: Position | undefined, limit: number): Promise<AuditPage> => {
        const begin = latest(filter.after, after);
        const asked = begin === undefined ? filter : { ...filter, after: begin };
        const { events, goOnAfter } = await past.events(asked, limit, seeing);
        return { items: await itemsFor(who, events), goOnAfter };
      };
    },
  };
};
