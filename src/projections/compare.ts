import { setTimeout as delay } from 'node:timers/promises';
import { type Position, startOfLog } from '../events/ids.ts';
import type { AnyCollection, DocumentStore, StoredRow } from './documents/documentStore.ts';

/** A document that isn't what the log says. */
export interface Difference {
  readonly id: string;
  /** As it is written down, JSON; null where there is none. */
  readonly live: string | null;
  readonly rebuilt: string | null;
}

export interface Comparison {
  /** As of where both were compared. */
  readonly position: Position;
  readonly documents: number;
  readonly differing: number;
  /** Those that were still being changed however often they were looked at. */
  readonly unsettled: number;
  /** The first of those that differ. */
  readonly first: readonly Difference[];
}

/** One of the two collections. */
export interface Side {
  readonly documents: Pick<DocumentStore, 'snapshot'>;
  /** Under its own name, not the projection's. */
  readonly collection: AnyCollection;
}

interface Range {
  readonly checkpoint: Position;
  readonly rows: ReadonlyMap<string, StoredRow>;
  /** The last id up to which it is whole; null: to the end. */
  readonly until: string | null;
}

const pageSize = 500;
/** So often a page is read again, with a pause each, until no document of it is on its way. */
const mostTries = 50;
const pauseMs = 100;
const mostShown = 10;

/** The checkpoint first: where the store gives no snapshot, documents may be newer than it, never older. */
const readRange = ({ documents, collection }: Side, after: string): Promise<Range> =>
  documents.snapshot(async (reader) => {
    const checkpoint = (await reader.checkpoint(collection.name))?.position ?? startOfLog;
    const rows = await reader.rows(collection, after, pageSize);
    const until = rows.length < pageSize ? null : (rows.at(-1)?.id ?? null);
    return { checkpoint, rows: new Map(rows.map((row) => [row.id, row])), until };
  });

const earlier = (a: string | null, b: string | null): string | null =>
  a === null || (b !== null && b < a) ? b : a;

/**
 * Same, differing, or (null) not to be said yet: one side has events in it that the other hasn't come to.
 * When each has come as far as the other's document, both have seen the same events about it.
 */
const judge = (live: Range, rebuilt: Range, id: string): Difference | 'same' | null => {
  const [before, after] = [live.rows.get(id), rebuilt.rows.get(id)];
  if ((before?.body ?? null) === (after?.body ?? null)) return 'same';
  const isSettled =
    (before?.position ?? startOfLog) <= rebuilt.checkpoint &&
    (after?.position ?? startOfLog) <= live.checkpoint;
  return isSettled ? { id, live: before?.body ?? null, rebuilt: after?.body ?? null } : null;
};

/**
 * Compares two generations document by document, as text, while the live one may go on changing.
 * `advance` brings the rebuilt one to where the live one is by then. Memory stays flat: a page of each.
 */
export const compare = async (
  live: Side,
  rebuilt: Side,
  advance: () => Promise<void>,
  signal: AbortSignal,
): Promise<Comparison> => {
  let [documents, differing, unsettled] = [0, 0, 0];
  const first: Difference[] = [];
  let position = startOfLog;

  /** Compares the page after that id, and answers where the next begins; null: that was the last. */
  const comparePage = async (after: string): Promise<string | null> => {
    for (let tries = 1; ; tries += 1) {
      const [one, other] = [await readRange(live, after), await readRange(rebuilt, after)];
      const until = earlier(one.until, other.until);
      const ids = [...new Set([...one.rows.keys(), ...other.rows.keys()])]
        .filter((id) => until === null || id <= until)
        .sort();
      const verdicts = ids.map((id) => judge(one, other, id));
      const open = verdicts.filter((verdict) => verdict === null).length;
      if (open > 0 && tries < mostTries && !signal.aborted) {
        if (tries > 1) await delay(pauseMs, undefined, { signal }).catch(() => undefined);
        await advance();
        continue;
      }
      const differences = verdicts.filter((verdict) => verdict !== null && verdict !== 'same');
      documents += ids.length;
      differing += differences.length;
      unsettled += open;
      first.push(...differences.slice(0, mostShown - first.length));
      position = other.checkpoint;
      return until;
    }
  };

  for (let after: string | null = ''; after !== null && !signal.aborted; ) after = await comparePage(after);
  return { position, documents, differing, unsettled, first };
};
