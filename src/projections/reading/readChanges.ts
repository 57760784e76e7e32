import type { Event } from '../../events/catalogue.ts';
import type { JsonObject } from '../../events/json.ts';
import { foldConversation } from '../conversations.ts';
import { type Changed, changedBy, differences, told } from '../differences.ts';
import type { DocumentReader } from '../documents/documentStore.ts';
import { foldJob } from '../jobs.ts';
import { foldMessage } from '../messages.ts';
import type { TimelineRow } from '../model.ts';
import type { Difference } from '../past.ts';
import { ownTypes } from './readPast.ts';
import { readRows } from './readRows.ts';

type Thing = NonNullable<Changed>;

const byPosition = (one: TimelineRow, other: TimelineRow): number => (one.position < other.position ? -1 : 1);

/** What has happened to a thing up to its last event of the page. */
const historyOf = async (
  reader: DocumentReader,
  { kind, id }: Thing,
  last: TimelineRow,
): Promise<readonly TimelineRow[]> => {
  const until = last.position;
  switch (kind) {
    case 'message':
      return readRows(reader, { messageId: id }, until);
    case 'job':
      return readRows(reader, { jobId: id }, until);
    case 'conversation': {
      const own = ownTypes.map((type) => readRows(reader, { conversationId: id, type }, until));
      return (await Promise.all(own)).flat().toSorted(byPosition);
    }
    case 'queue':
      return [];
  }
};

/** The thing as a person would tell it, before and after each event; null while there is none. */
const folderOf = ({ kind }: Thing): ((event: Event) => JsonObject | null) => {
  const following = <Body>(
    fold: (body: Body | null, event: Event) => Body | null,
    tell: (body: Body) => JsonObject,
  ) => {
    let body: Body | null = null;
    return (event: Event): JsonObject | null => {
      body = fold(body, event);
      return body === null ? null : tell(body);
    };
  };
  switch (kind) {
    case 'message':
      return following(foldMessage, told.message);
    case 'job':
      return following(foldJob, told.job);
    case 'conversation':
      return following(foldConversation, told.conversation);
    case 'queue':
      return ({ type }) => told.queue(type === 'QueuePaused');
  }
};

const changesOf = (thing: Thing, history: readonly TimelineRow[]): ReadonlyMap<string, Difference[]> => {
  const fold = folderOf(thing);
  const changes = new Map<string, Difference[]>();
  let before: JsonObject | null = null;
  for (const { position, event } of history) {
    const after = fold(event);
    changes.set(position, before === null || after === null ? [] : differences(before, after));
    before = after;
  }
  return changes;
};

/** A queue that is told to pause wasn't paused: its decider lets nothing else happen. */
const queueChanges = ({ event: { type } }: TimelineRow): Difference[] =>
  differences(told.queue(type !== 'QueuePaused'), told.queue(type === 'QueuePaused'));

/**
 * What each of these events changed, by position: the thing that it happened to is folded from its begin,
 * once for all of the page's events about it. What an event makes new is told by the event itself.
 */
export const readChanges = async (
  reader: DocumentReader,
  rows: readonly TimelineRow[],
): Promise<ReadonlyMap<string, readonly Difference[]>> => {
  const things = new Map<string, { thing: Thing; last: TimelineRow }>();
  const changes = new Map<string, readonly Difference[]>();
  for (const row of rows) {
    const thing = changedBy(row.event);
    if (thing === null) continue;
    if (thing.kind === 'queue') changes.set(row.position, queueChanges(row));
    else things.set(`${thing.kind} ${thing.id}`, { thing, last: row });
  }
  for (const { thing, last } of things.values())
    for (const [position, found] of changesOf(thing, await historyOf(reader, thing, last)))
      changes.set(position, found);
  return changes;
};
