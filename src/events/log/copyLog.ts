import { createHash } from 'node:crypto';
import type { Position } from '../ids.ts';
import type { Json, JsonObject } from '../json.ts';
import { logStream, type StreamName, sealStream } from '../streams.ts';
import type { EventLog, NewEvent, RecordedEvent } from './eventLog.ts';

/** The target holds something that isn't the begin of this copy; nothing was added to it. */
export class CopyRefused extends Error {
  readonly code = 'copy_refused';
  constructor(message: string) {
    super(message);
    this.name = 'CopyRefused';
  }
}

/** What both logs hold, found by reading both again. */
export interface VerifiedCopy {
  readonly events: number;
  /** SHA-256, hexadecimal, over every event but for where it lies in its log. */
  readonly hash: string;
}

export type CopyProgress =
  /** Events that the target had already, from a copy that was interrupted. */
  | { readonly kind: 'found'; readonly events: number }
  | { readonly kind: 'copied'; readonly events: number }
  | ({ readonly kind: 'verified' } & VerifiedCopy);

/** Of one append: more saves little, and a stream rarely gets more in a row. */
const mostInARow = 100;
const reportEvery = 1_000;

/**
 * Where the job of each stream was queued in one log. Its events name that position, its ticket, and in
 * another log it is another. So for comparing, a ticket is replaced by a word; for copying, by the new one.
 */
type Tickets = Map<StreamName, Position>;

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const withTicket = (data: JsonObject, change: (ticket: Json | undefined) => Json | undefined): JsonObject => {
  const { order } = data;
  if (!isObject(order)) return data;
  const ticket = change(order.ticket);
  return ticket === undefined ? data : { ...data, order: { ...order, ticket } };
};

const noteTicket = (tickets: Tickets, { type, stream, position }: RecordedEvent): void => {
  if (type === 'JobQueued') tickets.set(stream, position);
};

/** The event as text, but for where it lies in its log and when that log took it. */
const content = ({ id, stream, revision, type, data, metadata }: RecordedEvent, tickets: Tickets): string => {
  const own = tickets.get(stream);
  const comparable = withTicket(data, (ticket) => (ticket === own ? 'own' : ticket));
  return JSON.stringify([id, stream, revision, type, comparable, metadata]);
};

/** What a log says of itself alone, its identity and its seals: that stays behind, for the target has its own. */
const ofTheLogItself: ReadonlySet<StreamName> = new Set([logStream, sealStream]);

/** All that is needed of a log to copy it; what was exported of one is as good. */
export type CopySource = Pick<EventLog, 'readAll'>;

async function* events(log: CopySource): AsyncGenerator<RecordedEvent, void, undefined> {
  for await (const event of log.readAll()) if (!ofTheLogItself.has(event.stream)) yield event;
}

/** Both logs side by side, event for event; the second may end first. @throws CopyRefused */
const comparePrefix = async (
  source: AsyncIterator<RecordedEvent>,
  target: EventLog,
  tickets: { readonly source: Tickets; readonly target: Tickets },
): Promise<VerifiedCopy> => {
  const hash = createHash('sha256');
  let count = 0;
  for await (const copied of events(target)) {
    const next = await source.next();
    if (next.done === true)
      throw new CopyRefused(
        `The target has an event at ${copied.position} (${copied.type} in ${copied.stream}) that the source does not have; choose an empty log.`,
      );
    noteTicket(tickets.source, next.value);
    noteTicket(tickets.target, copied);
    const text = content(copied, tickets.target);
    if (text !== content(next.value, tickets.source))
      throw new CopyRefused(
        `The target's event at ${copied.position} is not the source's at ${next.value.position} (${next.value.type} in ${next.value.stream}); choose an empty log.`,
      );
    hash.update(text).update('\n');
    count += 1;
  }
  return { events: count, hash: hash.digest('hex') };
};

const appendRow = async (
  target: EventLog,
  row: readonly RecordedEvent[],
  tickets: Tickets,
): Promise<void> => {
  const [first] = row;
  if (first === undefined) return;
  const { stream, revision } = first;
  const moved = row.map(({ id, type, data, metadata }): NewEvent => {
    return { id, type, data: withTicket(data, () => tickets.get(stream)), metadata };
  });
  const { position } = await target.append(stream, revision === 0 ? 'no_stream' : revision - 1, moved);
  if (row.at(-1)?.type === 'JobQueued') tickets.set(stream, position);
};

/**
 * Copies every event of one log to the end of another that is empty or holds the begin of this copy: ids,
 * streams, revisions, data and metadata are kept, and the order of all of them; positions are the target's
 * own, and with them the tickets that jobs name. One append after the other, for what is appended at once
 * may change places. Interrupted anywhere, it goes on when it is called again: what is there is compared,
 * not believed. At the end both logs are read again and compared by count and hash.
 * @throws CopyRefused, WrongExpectedRevision where somebody else writes into the target, EventLogUnavailable
 */
export async function* copyLog(
  source: CopySource,
  target: EventLog,
): AsyncGenerator<CopyProgress, void, undefined> {
  const rest = events(source);
  const tickets = { source: new Map() as Tickets, target: new Map() as Tickets };
  const { events: found } = await comparePrefix(rest, target, tickets);
  yield { kind: 'found', events: found };

  let copied = found;
  let row: RecordedEvent[] = [];
  for await (const event of rest) {
    const last = row.at(-1);
    // A job's ticket is the position of its JobQueued, which an append tells of its last event alone.
    const continues = last?.stream === event.stream && last.type !== 'JobQueued' && row.length < mostInARow;
    if (!continues) {
      await appendRow(target, row, tickets.target);
      row = [];
    }
    row.push(event);
    copied += 1;
    if (copied % reportEvery === 0) yield { kind: 'copied', events: copied };
  }
  await appendRow(target, row, tickets.target);
  yield { kind: 'copied', events: copied };

  const again = events(source);
  const verified = await comparePrefix(again, target, { source: new Map(), target: new Map() });
  const missing = await again.next();
  if (missing.done !== true)
    throw new CopyRefused(
      `The source has an event at ${missing.value.position} that the target does not have: it was written to meanwhile. Stop its server and copy again.`,
    );
  yield { kind: 'verified', ...verified };
}
