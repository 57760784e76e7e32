import type { Event } from '../events/catalogue.ts';
import type { ConversationId, JobId, MessageId, Position, UserId } from '../events/ids.ts';
import type { QueueOrder } from '../events/job.ts';
import type { Json } from '../events/json.ts';
import type { Conversation, Job, Message, QueueEntry, TimelineRow } from './model.ts';
import type { Page } from './readModel.ts';

/** What of the past is asked for; all that is given must be so. */
export interface AuditFilter {
  readonly conversation?: ConversationId;
  readonly message?: MessageId;
  readonly job?: JobId;
  /** Id of who did it. */
  readonly actor?: string;
  readonly type?: string;
  readonly correlation?: string;
  /** Exclusive. */
  readonly after?: Position;
  /** Inclusive. */
  readonly until?: Position;
  /** All of them stand in what was written (`wordsOf`). */
  readonly words?: readonly string[];
}

/** A value that an event changed; `before` or `after` is missing where there was none, or is none any more. */
export interface Difference {
  /** Dotted: `metadata.mood`. */
  readonly path: string;
  readonly before?: Json;
  readonly after?: Json;
}

/** One event of the past, with what it changed. */
export interface PastEvent extends Omit<TimelineRow, 'audience' | 'movesQueue'> {
  readonly event: Event;
  readonly changes: readonly Difference[];
}

export interface PastPage {
  /** Ascending by position. */
  readonly events: readonly PastEvent[];
  /** Where the next page goes on; null at the end. A page may be short, or empty, before the end. */
  readonly goOnAfter: Position | null;
}

/** Which events are wanted besides by the filter: what somebody may not see is passed over, or shown in part. */
export type Seeing = (rows: readonly TimelineRow[]) => Promise<readonly TimelineRow[]>;

/** The queue as it was. */
export interface PastQueue {
  readonly paused: boolean;
  readonly waiting: number;
  readonly running: number;
  readonly jobs: readonly (Pick<QueueEntry, 'jobId' | 'ownerId' | keyof QueueOrder> & {
    readonly place: number;
  })[];
}

/** A job that stood before another while that one waited. */
export interface JobBefore extends QueueOrder {
  readonly jobId: JobId;
  readonly ownerId: UserId;
  /** When it stood before it, ISO 8601. */
  readonly from: string;
  /** Null: it still does. */
  readonly until: string | null;
  readonly why: 'started' | 'cancelled' | 'refused' | 'prioritized' | null;
}

/** One time that a job waited: in one place of the order. */
export interface Wait extends QueueOrder {
  readonly from: string;
  readonly until: string | null;
  /** How many went before it when it began to wait. */
  readonly beforeAtFirst: number;
  /** In the order in which they came to stand before it. */
  readonly before: readonly JobBefore[];
  /** When the queue stood still meanwhile. */
  readonly pauses: readonly { readonly from: string; readonly until: string | null }[];
}

/**
 * What was, at any position of the log: folded from `timeline` by the reducers that fold what is. An
 * answer costs what it is about and not how long the log is. `at` is inclusive.
 */
export interface Past {
  /** The last position whose recorded time (never less than that of an earlier one) isn't later; ISO 8601 UTC. */
  positionAt(time: string): Promise<Position>;
  /** Null where there was none yet. */
  conversation(id: ConversationId, at: Position): Promise<Conversation | null>;
  /** `place` filled in. */
  message(id: MessageId, at: Position): Promise<Message | null>;
  /** As ReadModel.messages. */
  messages(
    of: ConversationId,
    at: Position,
    page: {
      readonly limit: number;
      readonly cursor?: string;
      readonly before?: MessageId;
      readonly after?: MessageId;
    },
  ): Promise<Page<Message>>;
  /** `place` filled in. */
  job(id: JobId, at: Position): Promise<Job | null>;
  /** The first `limit` that waited and all of the viewer's, in the queue's order. */
  queue(viewer: UserId, limit: number, at: Position): Promise<PastQueue>;
  /** Each time that a job waited, and who went before it. */
  waits(id: JobId): Promise<readonly Wait[]>;
  /** At most `limit` events after `filter.after`, of those that `seeing` lets through. */
  events(filter: AuditFilter, limit: number, seeing?: Seeing): Promise<PastPage>;
  /** Those of these messages that are removed by now. */
  removed(ids: readonly MessageId[]): Promise<ReadonlySet<MessageId>>;
}

/** An event of the past as it is told: the event as clients know it, why it happened, and what it changed. */
export type AuditItem = Event & {
  readonly eventId: string;
  readonly stream: string;
  /** When the log took it, by the log's clock. */
  readonly recordedAt: string;
  readonly correlationId: string;
  readonly causationId: string;
  /** Which way the command came, and from which address where it is known and may be told; null: not known. */
  readonly origin: {
    readonly way: 'http' | 'cli' | 'process';
    readonly address: string | null;
  } | null;
  readonly changes: readonly Difference[];
};
