import { may } from '../../../commands/permissions.ts';
import type { Position } from '../../../events/ids.ts';
import { auditBy, cursorOf, positionIn } from '../../../projections/reading/cursor.ts';
import { csv, type ItemFormat, ndjson } from '../../audit/auditText.ts';
import { type Answer, type Operation, ok, operation } from '../operation.ts';
import type { HttpApiParts } from '../parts.ts';
import { readingOf } from '../reading.ts';
import { type AuditPage, readingAuditOf } from '../readingAudit.ts';
import { auditQuery, jobParams } from '../schemas.ts';

const formatFor = (accept = ''): ItemFormat | null => {
  if (accept.includes('application/x-ndjson')) return ndjson;
  return accept.includes('text/csv') ? csv : null;
};

/** Events of a piece that is written at once: some hundred kilobytes. */
const mostAtOnce = 200;

/** Everything that is found, a page at a time: the next is read when the one before it was taken. */
async function* written(
  { head, line }: ItemFormat,
  first: AuditPage,
  next: (after: Position) => Promise<AuditPage>,
): AsyncGenerator<string> {
  yield head;
  let page = first;
  while (page.goOnAfter !== null) {
    yield page.items.map(line).join('');
    page = await next(page.goOnAfter);
  }
  yield page.items.map(line).join('');
}

/** What happened, who did it, why, and what it changed; and why a job waited as long as it did. */
export const auditOperations = (parts: HttpApiParts): readonly Operation[] => {
  const { readModel, past } = parts;
  const audit = readingAuditOf(parts);
  const reading = readingOf(readModel);
  return [
    operation({
      method: 'get',
      path: '/audit',
      query: auditQuery,
      async answer({ context, query, header }): Promise<Answer> {
        const { limit, cursor, ...filter } = query;
        const list = auditBy(filter);
        const pageAfter = await audit.open(context.principal, query);
        const after = cursor === undefined ? undefined : positionIn(list, cursor);
        const format = formatFor(header('Accept'));
        if (format === null) {
          const { items, goOnAfter } = await pageAfter(after, limit);
          return {
            ...ok({ items, nextCursor: goOnAfter === null ? null : cursorOf(list, goOnAfter) }),
            headers: { Vary: 'Accept' },
          };
        }
        // The first page before the first word, so that what goes wrong with it is told as a problem.
        const first = await pageAfter(after, mostAtOnce);
        return {
          status: 200,
          headers: { 'Content-Type': format.contentType, Vary: 'Accept' },
          body: written(format, first, (position) => pageAfter(position, mostAtOnce)),
        };
      },
    }),
    operation({
      method: 'get',
      path: '/jobs/:id/wait',
      params: jobParams,
      async answer({ context: { principal }, params }) {
        await reading.job(principal, params.id);
        const seesOthers = may('readOthersJobs', principal) || may('readAudit', principal);
        const waits = (await past.waits(params.id)).map(({ before, ...wait }) => ({
          ...wait,
          before: before.map(({ jobId, ownerId, ...job }) => {
            const own = ownerId === principal.id;
            return { jobId: own || seesOthers ? jobId : null, own, ...job };
          }),
        }));
        return ok({ jobId: params.id, waits });
      },
    }),
  ];
};
