import { type Position, positionOf } from '../../events/ids.ts';
import type { RecordedEvent } from '../../events/log/eventLog.ts';
import type { StreamName } from '../../events/streams.ts';

/*
 * Whether what a subscription to the log yields follows on what it yielded before. A log promises that; but
 * a client whose cursor has moved past an event never asks for it again, so here the promise is checked.
 *
 * Where the log numbers its events without holes, any position but the next is a gap, noticed at once.
 * Elsewhere only the streams are numbered: a revision that isn't the next of its stream is a gap. That is
 * noticed when the stream goes on, so the missing event may lie before the end that clients were told.
 */

/** Streams whose newest revision is remembered: those that changed last. */
const mostStreams = 20_000;

type Placed = Pick<RecordedEvent, 'stream' | 'revision' | 'position'>;

export interface Continued<Item> {
  /** What is new and follows. */
  readonly news: readonly Item[];
  /** After here something is missing, before what comes next. Null: everything was taken. */
  readonly missingAfter: Position | null;
}

const justBefore = (position: Position): Position => positionOf(BigInt(position) - 1n);

export const createContinuity = (begin: Position, isConsecutive: boolean) => {
  let end = begin;
  const newest = new Map<StreamName, { readonly revision: number; readonly position: Position }>();
  /** A stream that changed after here, and was seen to, is remembered. */
  let forgottenUpTo = begin;

  const missingBefore = ({ stream, revision, position }: Placed): Position | null => {
    if (isConsecutive) return justBefore(position) === end ? null : end;
    const known = newest.get(stream);
    return known === undefined || revision === known.revision + 1 ? null : known.position;
  };

  const note = ({ stream, revision, position }: Placed): void => {
    end = position;
    if (isConsecutive) return;
    newest.delete(stream);
    newest.set(stream, { revision, position });
    const [oldest] = newest.size > mostStreams ? newest : [];
    if (oldest === undefined) return;
    newest.delete(oldest[0]);
    forgottenUpTo = oldest[1].position;
  };

  return {
    end: (): Position => end,
    /** Events that go on a stream of which nothing is remembered: `learn` wants the event before each. */
    strangers<Item extends Placed>(items: readonly Item[]): Item[] {
      if (isConsecutive) return [];
      const met = new Set<StreamName>();
      return items.filter(({ stream, revision }) => {
        const isStrange = revision > 0 && !newest.has(stream) && !met.has(stream);
        met.add(stream);
        return isStrange;
      });
    },
    /** The event before a stranger. Had it been seen, and isn't forgotten, it would not be strange. */
    learn({ stream, revision, position }: Placed): void {
      if (position > forgottenUpTo)
        newest.set(stream, { revision: revision - 1, position: justBefore(position) });
    },
    /** What a subscription yielded, as far as it follows; what is repeated is left out. */
    take<Item extends Placed>(items: readonly Item[]): Continued<Item> {
      const news: Item[] = [];
      for (const item of items) {
        if (item.position <= end) continue;
        const missingAfter = missingBefore(item);
        if (missingAfter !== null) return { news, missingAfter };
        note(item);
        news.push(item);
      }
      return { news, missingAfter: null };
    },
    /** What was read from the log itself is what there is: a hole that is still in it is the log's own. */
    trust<Item extends Placed>(items: readonly Item[], through: Position): readonly Item[] {
      const news = items.filter(({ position }) => position > end);
      for (const item of news) note(item);
      if (through > end) end = through;
      return news;
    },
  };
};

export type Continuity = ReturnType<typeof createContinuity>;
