import type { Event, EventType } from '../events/catalogue.ts';
import type { ConversationId, JobId, MessageId, Position, UserId } from '../events/ids.ts';
import type { Conversation, Job, JobStatus, Message, QueueEntry, TimelineRow } from './model.ts';
import type { QueueChange, QueuePlaces } from './places.ts';
import type { Pace } from './waitingTime.ts';

/** Part of a list, and where it goes on. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** The `cursor` of the next page of the same list; null at the end. */
  readonly nextCursor: string | null;
}

/** A scope of delivery: what a client can subscribe to. */
export type Scope =
  | { readonly scope: 'conversation'; readonly id: ConversationId }
  | { readonly scope: 'queue' }
  | { readonly scope: 'user' };

/** An event of a scope in the order of the log, in the form in which that scope shows it. */
export type ScopeEvent = Event | QueueChange;

/** Everything that is asked of the documents. Nothing here writes. */
export interface ReadModel {
  /** Resolves once everything read here is at `position`. @throws ReadModelBehind */
  whenProcessed(position: Position, timeoutMs: number): Promise<void>;
  /** Up to where the documents are complete. */
  position(): Promise<Position>;

  conversation(id: ConversationId): Promise<Conversation | null>;
  /** Of a participant, newest activity first. @throws ForeignCursor, as each list does */
  conversations(
    of: UserId,
    page: { readonly limit: number; readonly cursor?: string },
  ): Promise<Page<Conversation>>;

  /** `place` filled in. */
  message(id: MessageId): Promise<Message | null>;
  /** Newest first, `place` filled in; strictly older than `before`, strictly newer than `after`. */
  messages(
    of: ConversationId,
    page: {
      readonly limit: number;
      readonly cursor?: string;
      readonly before?: MessageId;
      readonly after?: MessageId;
    },
  ): Promise<Page<Message>>;

  /** `place` filled in. */
  job(id: JobId): Promise<Job | null>;
  /** Newest first; `of: null` is everyone's. */
  jobs(filter: {
    readonly of: UserId | null;
    readonly status?: JobStatus;
    readonly conversation?: ConversationId;
    readonly limit: number;
    readonly cursor?: string;
  }): Promise<Page<Job>>;
  /** Everyone's that wait, in the queue's order. */
  waitingJobs(page: { readonly limit: number; readonly cursor?: string }): Promise<Page<Job>>;
  /** Ids of a person's jobs (null: everyone's) that haven't ended. */
  activeJobs(of: UserId | null): Promise<JobId[]>;

  /** The first `limit` waiting jobs and all own ones, in the queue's order. */
  queue(
    viewer: UserId,
    limit: number,
  ): Promise<{
    readonly paused: boolean;
    readonly waiting: number;
    readonly running: number;
    readonly jobs: readonly (QueueEntry & { readonly place: number })[];
    readonly asOf: Position;
  }>;

  /** How fast the newest pictures were drawn; null where none was. */
  pace(): Promise<Pace | null>;

  /** Jobs that an image was made by, with whether it was their preview or their picture. */
  imageUses(imageId: string): Promise<readonly { readonly job: Job; readonly kind: 'picture' | 'preview' }[]>;

  /** The state of a scope as of `position`, for a subscription without a cursor. */
  snapshot(
    scope: Scope,
    viewer: UserId,
  ): Promise<{
    readonly position: Position;
    readonly snapshot: ConversationSnapshot | UserSnapshot | Omit<QueuePlaces, 'position'>;
  }>;

  /** Rows of a scope strictly after `after`, up to the documents' position, oldest first, at most `limit`. */
  timeline(
    scope: Scope,
    viewer: UserId,
    after: Position,
    limit: number,
  ): Promise<{ readonly rows: readonly TimelineRow[]; readonly until: Position }>;
  /** The same of a conversation, each event as JSON, unread: it costs half of reading it and writing it again. */
  timelineTexts(
    of: ConversationId,
    after: Position,
    limit: number,
  ): Promise<{ readonly events: readonly TimelineText[]; readonly until: Position }>;
  /** Position of the scope's last event at or before `position`; `startOfLog` where there is none. */
  lastInScope(scope: Scope, viewer: UserId, position: Position): Promise<Position>;
}

/** An event of the timeline as JSON, and what is to be known of it unread. */
export interface TimelineText {
  readonly position: Position;
  readonly type: EventType;
  readonly json: string;
}

export interface ConversationSnapshot {
  readonly conversation: Conversation;
  /** Newest 50, newest first. */
  readonly messages: readonly Message[];
  readonly nextCursor: string | null;
}

export interface UserSnapshot {
  /** Newest 50. */
  readonly conversations: readonly Conversation[];
  /** Own, not ended. */
  readonly jobs: readonly Job[];
}
