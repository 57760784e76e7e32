import type { Event, EventType } from '../events/catalogue.ts';
import type { FailureCode } from '../events/failures.ts';
import type { ConversationId, EventId, ImageId, JobId, MessageId, Position, UserId } from '../events/ids.ts';
import type { ImageRequest } from '../events/imageRequest.ts';
import type { QueueOrder } from '../events/job.ts';
import type { JsonObject } from '../events/json.ts';
import type { Origin, Person } from '../events/metadata.ts';
import type { StreamName } from '../events/streams.ts';

/** The documents that people read: names and shapes are those of the protocol. */

export interface Conversation {
  readonly conversationId: ConversationId;
  readonly title: string;
  readonly participants: readonly Person[];
  /** Ids of `participants`, for the index. */
  readonly participantIds: readonly UserId[];
  readonly startedBy: Person;
  readonly createdAt: string;
  readonly archivedAt: string | null;
  readonly lastActivityAt: string;
  /** Position of what happened last in it: unique, so that lists are ordered by it. */
  readonly lastActivityPosition: Position;
  readonly revision: number;
  readonly position: Position;
}

export type JobStatus = 'accepted' | 'queued' | 'running' | 'completed' | 'failed' | 'cancelled';

export interface ShownPicture {
  readonly imageId: ImageId;
  /** `/api/v1/images/<imageId>`. */
  readonly url: string;
  readonly width: number;
  readonly height: number;
  readonly contentType: string;
  readonly bytes: number;
  readonly seed: number;
}

/** What a person is told about a failure: the catalogue's text, and where the cause can be found. */
export interface ShownError {
  readonly code: FailureCode;
  readonly title: string;
  readonly whatHappened: string;
  readonly whatToDo: string;
  readonly retryable: boolean;
  readonly reference: string;
}

/** A job as its message shows it. All fields are always there. */
export interface ImageState {
  readonly jobId: JobId;
  readonly status: JobStatus;
  readonly request: ImageRequest;
  /** Position of JobQueued; null before. */
  readonly ticket: Position | null;
  readonly priority: number;
  readonly round: number;
  /** In no document: filled in by GET only, from the queue and the ticket. 1 is next. */
  readonly place: number | null;
  readonly step: number;
  readonly steps: number;
  readonly stage: string | null;
  /** 0–100. */
  readonly percent: number;
  readonly preview: ImageId | null;
  /** 0 before the first. */
  readonly attempt: number;
  /** How many there may be. */
  readonly attempts: number;
  readonly queuedAt: string | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly engine: string | null;
  readonly model: string | null;
  readonly seed: number | null;
  readonly images: readonly ShownPicture[];
  readonly error: ShownError | null;
  readonly previous: readonly PreviousJob[];
  /** Attempts of this job that were over before it was done, oldest first. */
  readonly earlierAttempts: readonly EarlierAttempt[];
  /** While it waits for another attempt: before then that isn't begun, ISO 8601; null: at once. */
  readonly notBefore: string | null;
}

export interface EarlierAttempt {
  readonly attempt: number;
  readonly error: ShownError;
  readonly endedAt: string;
}

export interface PreviousJob {
  readonly jobId: JobId;
  readonly error: ShownError | null;
  readonly endedAt: string | null;
}

export interface Message {
  readonly messageId: MessageId;
  readonly conversationId: ConversationId;
  readonly author: Person;
  readonly text: string;
  readonly createdAt: string;
  readonly editedAt: string | null;
  readonly removed: boolean;
  readonly metadata: JsonObject;
  readonly image: ImageState | null;
  /** Position of MessagePosted: the order of messages. */
  readonly postedPosition: Position;
  /** Of the message's stream. */
  readonly revision: number;
  /** Of the last event folded in. */
  readonly position: Position;
}

export interface Job extends ImageState {
  readonly conversationId: ConversationId;
  readonly messageId: MessageId;
  readonly owner: Person;
  readonly ownerId: UserId;
  readonly retryOf: JobId | null;
  /** True until it is completed, failed or cancelled. */
  readonly active: boolean;
  /** Position of the event that began it: the order of jobs. */
  readonly createdPosition: Position;
  /** Of the job's stream; -1 while that has no event. */
  readonly revision: number;
  readonly position: Position;
}

/** A job in the queue or being drawn. It becomes a tombstone when it ends. */
export interface QueueEntry extends QueueOrder {
  readonly jobId: JobId;
  readonly status: 'waiting' | 'running';
  /** Its order as text that sorts: `queueOrderKey`. */
  readonly orderKey: string;
  readonly ownerId: UserId;
  readonly notBefore: string | null;
  readonly position: Position;
}

/** The queue itself. */
export interface QueueState {
  readonly paused: boolean;
  readonly position: Position;
}

/** How far a person has come in the rounds of the fair share, at one priority; id `<priority>:<ownerId>`. */
export interface BegunRound {
  readonly ownerId: UserId;
  readonly priority: number;
  /** Highest of their pictures that were begun. */
  readonly round: number;
  /** As text that sorts, with the owner, so that no two are the same. */
  readonly roundKey: string;
  readonly position: Position;
}

/** What is still to be done by the process that queues: kept a message. */
export interface QueueingTask {
  readonly messageId: MessageId;
  readonly conversationId: ConversationId;
  /** True while there is something to do. */
  readonly due: boolean;
  /** The job that was asked for and not queued, refused or cancelled yet. */
  readonly toQueue: JobId | null;
  /** The message is gone: these jobs of it haven't ended yet. */
  readonly active: readonly JobId[];
  readonly removed: boolean;
  /** Position of MessagePosted: tasks are worked off in this order. */
  readonly postedPosition: Position;
  readonly position: Position;
}

/** A job that an image was made by; id `<imageId>:<jobId>`, for the same bytes may be made twice. */
export interface ImageUse {
  readonly imageId: ImageId;
  readonly jobId: JobId;
  readonly conversationId: ConversationId;
  readonly kind: 'picture' | 'preview';
  readonly position: Position;
}

/**
 * One event, as replay, audit and time travel read it: the document's id is its position.
 * Public events only have `shown: true`.
 */
export interface TimelineRow {
  readonly position: Position;
  /** The event as clients see it. */
  readonly event: Event;
  /** False for what no client is told of. */
  readonly shown: boolean;
  readonly recordedAt: string;
  readonly stream: StreamName;
  readonly eventId: EventId;
  readonly type: EventType;
  readonly actorId: string;
  readonly conversationId: ConversationId | null;
  readonly messageId: MessageId | null;
  /** The job that it is about, or that its message asks for. */
  readonly jobId: JobId | null;
  readonly ownerId: UserId | null;
  readonly correlationId: string;
  readonly causationId: string;
  readonly origin: Origin | null;
  /** In whose `user` scope it is. */
  readonly audience: UserId | null;
  /** True for the events of scope `queue`; null else, so that its index holds those alone. */
  readonly movesQueue: true | null;
}

/** While a job waited, or was drawn, at one place in the order: from the event that began it to the one that ended it. */
export interface QueueSpan extends QueueOrder {
  readonly status: QueueEntry['status'];
  /** Inclusive. */
  readonly from: Position;
  /** Exclusive; null while it lasts. */
  readonly until: Position | null;
}

/** When a job waited and was drawn: what the queue was like at any position is found in these. */
export interface JobSpans {
  readonly jobId: JobId;
  readonly ownerId: UserId;
  /** As the queue has it after the last of these events; null once the job has ended. */
  readonly entry: QueueEntry | null;
  readonly spans: readonly QueueSpan[];
  /** The spans that are over, cut into blocks of positions: `blockOf`. */
  readonly blocks: readonly string[];
  /** When the span that lasts began, by its status; null where none does. */
  readonly waitingSince: Position | null;
  readonly runningSince: Position | null;
  readonly position: Position;
}

/** The latest time at which the log took an event, among those of a block of positions. */
export interface BlockTime {
  /** What all of the block's positions begin with;. */
  readonly block: string;
  /** The block that this one is a part of; null for the whole log. */
  readonly within: string | null;
  readonly latest: string;
  readonly position: Position;
}

/** The words of one event; the document's id is the event's position. */
export interface WordsOfEvent {
  readonly words: readonly string[];
  readonly position: Position;
}
