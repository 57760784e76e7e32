import { setImmediate } from 'node:timers/promises';
import { type Position, startOfLog } from '../../events/ids.ts';
import type { DocumentReader, Query } from '../documents/documentStore.ts';
import type { TimelineRow, WordsOfEvent } from '../model.ts';
import type { AuditFilter, PastEvent, PastPage, Seeing } from '../past.ts';
import { checkpointName } from '../projection.ts';
import { search } from '../search.ts';
import { timeline } from '../timeline.ts';
import { wordsIn } from '../words.ts';
import { readChanges } from './readChanges.ts';
import type { RowsWhere } from './readRows.ts';

/**
 * How many rows a page may look at. What no index serves (an actor's events of a type, say) is sifted, and
 * a page ends here even where it has found less than it may hold: its cursor goes on.
 */
const mostLookedAt = 10_000;
const mostAtOnce = 500;

/** The narrowest index that serves the filter; the words of a text are looked up where nothing else is. */
const lookUp = (filter: AuditFilter): { readonly where: RowsWhere } | { readonly word: string } => {
  const { job, message, correlation, conversation, words = [], actor, type } = filter;
  if (job !== undefined) return { where: { jobId: job } };
  if (message !== undefined) return { where: { messageId: message } };
  if (correlation !== undefined) return { where: { correlationId: correlation } };
  if (conversation !== undefined)
    return { where: { conversationId: conversation, ...(type === undefined ? {} : { type }) } };
  // The longest word is likely the rarest.
  const [word] = words.toSorted((one, other) => other.length - one.length);
  if (word !== undefined) return { word };
  if (actor !== undefined) return { where: { actorId: actor } };
  return { where: type === undefined ? {} : { type } };
};

const fits = (
  { conversation, message, job, actor, type, correlation }: AuditFilter,
  row: TimelineRow,
): boolean =>
  (conversation === undefined || row.conversationId === conversation) &&
  (message === undefined || row.messageId === message) &&
  (job === undefined || row.jobId === job) &&
  (actor === undefined || row.actorId === actor) &&
  (type === undefined || row.type === type) &&
  (correlation === undefined || row.correlationId === correlation);

/** Asked of what is shown, so that nobody finds by its words what they may not see. */
const holdsWords = ({ event }: TimelineRow, words: readonly string[]): boolean => {
  if (words.length === 0) return true;
  const written = new Set(wordsIn(event));
  return words.every((word) => written.has(word));
};

interface Read {
  readonly rows: readonly TimelineRow[];
  /** Position of the last that was looked at; null where there is nothing more. */
  readonly last: Position | null;
}

const readSome = async (
  reader: DocumentReader,
  filter: AuditFilter,
  after: Position,
  until: Position,
  limit: number,
): Promise<Read> => {
  const found = lookUp(filter);
  const bounds = { orderBy: 'position', direction: 'ascending', after, until, limit } as const;
  if ('where' in found) {
    const query: Query<TimelineRow> = { collection: timeline.collection, where: found.where, ...bounds };
    const rows = await reader.query(query);
    return { rows, last: rows.length < limit ? null : (rows.at(-1)?.position ?? null) };
  }
  const where = { words: found.word };
  const hits = await reader.query<WordsOfEvent>({ collection: search.collection, where, ...bounds });
  const positions = hits.map(({ position }) => position);
  const rows = await reader.getAll<TimelineRow>(timeline.collection, positions);
  return {
    rows: positions.flatMap((position) => rows.get(position) ?? []),
    last: hits.length < limit ? null : (positions.at(-1) ?? null),
  };
};

const everything: Seeing = async (rows) => rows;

const pastEvent = (
  { audience: _, movesQueue: __, ...row }: TimelineRow,
  changes: PastEvent['changes'],
): PastEvent => ({ ...row, changes });

/** A page of the past: events that fit the filter and may be seen, with what they changed. */
export const readEvents = async (
  reader: DocumentReader,
  filter: AuditFilter,
  limit: number,
  seeing: Seeing = everything,
): Promise<PastPage> => {
  // A store without snapshots may show rows newer than its checkpoint, and not all of them.
  const checkpoints = await Promise.all(
    [timeline, search].map((each) => reader.checkpoint(checkpointName(each))),
  );
  const complete = checkpoints.map((each) => each?.position ?? startOfLog).toSorted()[0] ?? startOfLog;
  const until = filter.until !== undefined && filter.until < complete ? filter.until : complete;
  const { words = [] } = filter;
  const found: TimelineRow[] = [];
  let after: Position | null = filter.after ?? startOfLog;
  for (let lookedAt = 0; after !== null && after < until && lookedAt < mostLookedAt; ) {
    const read: Read = await readSome(reader, filter, after, until, Math.min(limit + 1, mostAtOnce));
    const fitting = read.rows.filter((row) => fits(filter, row));
    found.push(...(await seeing(fitting)).filter((row) => holdsWords(row, words)));
    lookedAt += read.rows.length;
    after = read.last;
    if (found.length > limit || after === null) break;
    // The embedded store answers at once: others have their turn before more is looked through.
    await setImmediate();
  }
  const shown = found.slice(0, limit);
  const changes = await readChanges(reader, shown);
  const goOnAfter = found.length > limit ? (shown.at(-1)?.position ?? null) : after;
  return {
    events: shown.map((row) => pastEvent(row, changes.get(row.position) ?? [])),
    goOnAfter: goOnAfter !== null && goOnAfter < until ? goOnAfter : null,
  };
};
