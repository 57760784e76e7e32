import { asOf } from '../api/http/schemas.ts';
import type { Position } from '../events/ids.ts';
import type { EventLog } from '../events/log/eventLog.ts';
import type { DocumentStore } from '../projections/documents/documentStore.ts';
import type { Past } from '../projections/past.ts';
import { checkpointName } from '../projections/projection.ts';
import { openPast } from '../projections/reading/openPast.ts';
import { timeline } from '../projections/timeline.ts';
import { withStores } from './openStores.ts';
import { Refused } from './refused.ts';

export interface OpenedPast {
  readonly past: Past;
  readonly log: EventLog;
  /** Up to where it can be told what was. */
  complete(): Promise<Position>;
}

/** @throws Refused where no server of this release has told the documents anything yet */
const completeTo = async (documents: DocumentStore): Promise<Position> => {
  const checkpoint = await documents.checkpoint(checkpointName(timeline));
  if (checkpoint === null)
    throw new Refused('The document store has no timeline of this release yet; start the server first.');
  return checkpoint.position;
};

/** What was, from the document store of the settings; says so where that is behind the log. */
export const withPast = <Result>(run: (opened: OpenedPast) => Promise<Result>): Promise<Result> =>
  withStores(async ({ log, documents }) => {
    const complete = await completeTo(documents);
    const head = await log.head();
    if (complete < head)
      process.stderr.write(
        `The documents are at ${complete}, the log is at ${head}: what came later is not told. Is the server running?\n`,
      );
    return run({ log, past: openPast(documents), complete: () => completeTo(documents) });
  });

/** The position that was typed, or that of the time; today where nothing was. @throws Refused */
export const positionOf = async (
  { past, complete }: OpenedPast,
  typed: string | undefined,
): Promise<Position> => {
  const head = await complete();
  if (typed === undefined) return head;
  const moment = asOf.safeParse(typed).data;
  if (moment === undefined)
    throw new Refused(
      `"${typed}" is neither a position (20 digits) nor a time in ISO 8601, such as 2026-11-24T20:00:00Z.`,
    );
  if ('time' in moment) return past.positionAt(moment.time);
  return moment.position < head ? moment.position : head;
};
