import type { EventId, LogId, Position } from '../ids.ts';
import type { JsonObject } from '../json.ts';
import type { EventMetadata } from '../metadata.ts';
import type { StreamName } from '../streams.ts';

/** An event that is to be appended. Its id makes repeating the append harmless. */
export interface NewEvent {
  readonly id: EventId;
  readonly type: string;
  readonly data: JsonObject;
  readonly metadata: EventMetadata;
}

/** An event as the log holds it. */
export interface RecordedEvent extends NewEvent {
  readonly stream: StreamName;
  /** Place in its stream, from 0. */
  readonly revision: number;
  /** Place in the log. */
  readonly position: Position;
  /** When the log took it, ISO 8601 UTC with milliseconds. */
  readonly recordedAt: string;
}

/** What the stream must look like for an append to happen: its last revision, or a word for it. */
export type ExpectedRevision = number | 'no_stream' | 'exists' | 'any';

export interface Appended {
  /** Of the last event appended. */
  readonly revision: number;
  readonly position: Position;
}

export interface ReadStreamOptions {
  readonly direction?: 'forwards' | 'backwards';
  /** First revision to read, inclusive; default the stream's begin (forwards) or end (backwards). */
  readonly from?: number;
  readonly maxCount?: number;
}

export interface ReadAllOptions {
  readonly direction?: 'forwards' | 'backwards';
  /** Exclusive, in the direction of reading; default the log's begin (forwards) or end (backwards). */
  readonly after?: Position;
  /** Inclusive last position, in the direction of reading. */
  readonly until?: Position;
  readonly maxCount?: number;
}

export interface SubscribeOptions {
  /** Exclusive. */
  readonly after: Position;
  /** Ends the iteration, without an error, within 100 ms. */
  readonly signal: AbortSignal;
}

/**
 * What a subscription yields. Events come in pages, for one at a time costs more than it tells.
 * `caughtUp` comes once after each time that the head was reached, with the head's position.
 *
 * Positions are always those of the log's own events. How far a filter has passed over other programs'
 * events on a shared server stays inside the adapter: a cursor from there would lie after `head()`, and
 * so look like one of another log.
 */
export type SubscriptionItem =
  | { readonly kind: 'events'; readonly events: readonly RecordedEvent[] }
  | { readonly kind: 'caughtUp'; readonly position: Position };

/** How the log is doing: `interrupted` while what it tries last fails, with a sentence that says what to do. */
export interface EventLogHealth {
  readonly state: 'ready' | 'interrupted';
  readonly reason: string | null;
  /** When the trouble began, ISO 8601 UTC. */
  readonly since: string | null;
}

/**
 * The log of everything that happened: streams of events, and one order over all of them.
 *
 * - An append is all or nothing and durable before it resolves. Where the stream isn't as expected it
 *   rejects with `WrongExpectedRevision` and nothing is written. Repeating an append with the same
 *   event ids, after an answer that was lost, is a success with the first one's result.
 * - Positions grow in the order of commits; who reads position p has seen everything before p.
 * - Reads are async iterables of pages' events, paged inside; leaving early frees what they hold.
 * - A subscription yields what was written after `after`, then what is being written, without gap or
 *   duplicate; it reconnects by itself; a slow consumer slows the reading and grows no buffer.
 */
export interface EventLog {
  readonly logId: LogId;
  /** Events are numbered one after the other, so that a position left out is a gap; absent where they aren't. */
  readonly isConsecutive?: boolean;
  append(stream: StreamName, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<Appended>;
  /** A stream that doesn't exist has no events. */
  readStream(stream: StreamName, options?: ReadStreamOptions): AsyncIterable<RecordedEvent>;
  readAll(options?: ReadAllOptions): AsyncIterable<RecordedEvent>;
  /** Position of the last event; `startOfLog` where there is none. */
  head(): Promise<Position>;
  subscribe(options: SubscribeOptions): AsyncIterable<SubscriptionItem>;
  health(): EventLogHealth;
  /** Size of the write-ahead log, where it lies on this machine; absent elsewhere. */
  walBytes?(): Promise<number>;
  close(): Promise<void>;
}

/** Someone else appended first: read again, decide again. `actual` is null where there is no stream. */
export class WrongExpectedRevision extends Error {
  readonly code = 'wrong_expected_revision';
  constructor(
    readonly stream: StreamName,
    readonly expected: ExpectedRevision,
    readonly actual: number | null,
  ) {
    super(`stream ${stream} is at revision ${actual ?? 'none'}, not at ${expected}`);
    this.name = 'WrongExpectedRevision';
  }
}

/** There is no event log at this file or address, or none that can be used; the message says what to do. */
export class EventLogUnopenable extends Error {
  readonly code = 'event_log_unopenable';
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EventLogUnopenable';
  }
}

/** The log can't be reached or can't write now; whether an append happened is not known. */
export class EventLogUnavailable extends Error {
  readonly code = 'event_log_unavailable';
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EventLogUnavailable';
  }
}
