import type { WantedImage } from '../commands/commands.ts';
import type { ConversationId, JobId, MessageId, Position, UserId } from '../events/ids.ts';
import type { JsonObject } from '../events/json.ts';
import type { EngineHealth } from '../projections/engineHealth.ts';
import type { Conversation, Job, JobStatus, Message } from '../projections/model.ts';
import type { AuditItem } from '../projections/past.ts';
import type { QueuePlaces } from '../projections/places.ts';
import type { Durations } from '../projections/waitingTime.ts';
import type { Outbox } from './outbox.ts';
import type { ClientStorage } from './storage.ts';

/** `offline`: no connection and none being tried, for the sign-in was refused or the client is closed. */
export type ConnectionState = 'connecting' | 'connected' | 'reconnecting' | 'offline';

/** How complete a view is. `stale`: what is shown is of before the connection was lost. */
export type ViewState = 'loading' | 'catching_up' | 'live' | 'stale' | 'not_found' | 'lost';

/** Something that changes. */
export interface Observable<State> {
  /** The same reference until it changes. */
  readonly state: State;
  /** Calls `listener` after each change; what it gives back stops that. */
  readonly on: (event: 'change', listener: (state: State) => void) => () => void;
}

export interface ConversationView {
  readonly view: ViewState;
  readonly conversation: Conversation | null;
  /** Oldest first; the newest page and every older one that was asked for. */
  readonly messages: readonly Message[];
  readonly hasOlder: boolean;
}

export interface UserView {
  readonly view: ViewState;
  /** Newest activity first. */
  readonly conversations: readonly Conversation[];
  /** Own jobs that haven't ended, and those that ended while watching. Newest first. */
  readonly jobs: readonly Job[];
}

export interface QueueView {
  readonly view: ViewState;
  readonly queue: QueuePlaces;
}

/**
 * A subscription; `close` ends it at the server too. `for await` gives the present state, then each newer
 * one, until it is closed; whoever is slower than the changes gets the newest and skips the rest.
 */
export interface Subscription<View> extends Observable<View>, AsyncIterable<View> {
  close(): void;
}

/** A picture that is asked for; all that is left out is the server's choice. */
export type ImageWish = Omit<WantedImage, 'prompt'>;

/** The answer to a message. `job` is there where it asks for a picture. */
export interface Posted {
  readonly message: Message;
  readonly job?: { readonly jobId: JobId };
  readonly position: Position;
}

/**
 * A conversation, and what is done in it. What is done waits in the outbox until the server has answered,
 * also while there is no connection, and happens once, in order. It rejects where the server refuses it.
 */
export interface ConversationSubscription extends Subscription<ConversationView> {
  /** Fetches the page before the oldest message held. */
  loadOlder(): Promise<void>;
  post(
    text: string,
    more?: { readonly messageId?: MessageId; readonly metadata?: JsonObject; readonly image?: WantedImage },
  ): Promise<Posted>;
  /** Posts the prompt as a message that asks for its picture. */
  requestImage(prompt: string, wish?: ImageWish): Promise<Posted>;
  cancel(id: JobId): Promise<Job>;
  /** Asks for the picture of a failed or cancelled job once more, as a new job. */
  retry(id: JobId): Promise<Job>;
}

/** The answer to a request was a problem (RFC 9457). */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly reference: string | null,
    /** What was wrong, by dotted path. */
    readonly errors: readonly { readonly path: string; readonly message: string }[],
  ) {
    super(detail);
    this.name = 'ApiProblem';
  }
}

export interface Session {
  readonly token: string;
  readonly user: { readonly id: UserId; readonly name: string; readonly roles: readonly string[] };
}

/** The HTTP calls, typed. Each POST carries an idempotency key and is repeated after a lost answer. */
export interface EngineState {
  readonly name: string;
  readonly circuit: 'closed' | 'open' | 'half_open';
  /** When it is tried again, ISO 8601; there while the circuit is open. */
  readonly retryAt?: string;
  /** Failures in a row. */
  readonly failures: number;
  readonly models: readonly string[];
  /** Null where no process that draws has asked it lately. */
  readonly health: EngineHealth | null;
}

/** The queue as GET /queue tells it: what its scope, which moves by events, has no room for. */
export interface QueueNow {
  readonly paused: boolean;
  readonly waiting: number;
  readonly running: number;
  /** Who paused it, and when (ISO 8601); null while it isn't paused. */
  readonly pausedBy: { readonly id: string; readonly name: string } | null;
  readonly pausedAt: string | null;
  /** Why one's own pictures aren't begun though others that wait are; null where nothing holds them up. */
  readonly passedOver: 'running_limit' | null;
  /** How many pictures were drawn at once lately, and how long they took; null where none was. */
  readonly workers: number | null;
  readonly durations: Durations | null;
}

export interface DarkroomApi {
  startConversation(input: {
    title?: string;
    participants?: readonly UserId[];
  }): Promise<{ conversation: Conversation; position: Position }>;
  conversations(cursor?: string): Promise<{ items: Conversation[]; nextCursor: string | null }>;
  conversation(id: ConversationId): Promise<Conversation>;
  renameConversation(id: ConversationId, title: string): Promise<Conversation>;
  addParticipant(id: ConversationId, userId: UserId): Promise<void>;
  removeParticipant(id: ConversationId, userId: UserId): Promise<void>;
  archiveConversation(id: ConversationId): Promise<void>;
  messages(id: ConversationId, cursor?: string): Promise<{ items: Message[]; nextCursor: string | null }>;
  postMessage(
    id: ConversationId,
    input: { messageId?: MessageId; text: string; metadata?: JsonObject; image?: WantedImage },
  ): Promise<Posted>;
  editMessage(id: MessageId, text: string): Promise<Message>;
  mergeMetadata(id: MessageId, patch: JsonObject): Promise<Message>;
  removeMessage(id: MessageId): Promise<void>;
  /**
   * What happened to something of one's own, oldest first: who did it, and what it changed. `atLeast` is as
   * for `image`.
   */
  history(
    of: { readonly message: MessageId } | { readonly job: JobId },
    cursor?: string | null,
    atLeast?: Position,
  ): Promise<{ items: AuditItem[]; nextCursor: string | null }>;
  job(id: JobId): Promise<Job>;
  /** Newest first, 200 a page; an operator's `all` are everyone's. */
  jobs(filter: {
    readonly status?: JobStatus;
    readonly all?: boolean;
    readonly cursor?: string;
  }): Promise<{ items: Job[]; nextCursor: string | null }>;
  /** For operators: everyone's that wait, in the queue's order, `limit` (at most 200) a page. */
  waitingJobs(page: {
    readonly limit: number;
    readonly cursor?: string;
  }): Promise<{ items: Job[]; nextCursor: string | null }>;
  cancelJob(id: JobId): Promise<Job>;
  cancelJobs(ids?: readonly JobId[]): Promise<readonly JobId[]>;
  retryJob(id: JobId): Promise<Job>;
  prioritizeJob(id: JobId, priority: number): Promise<Job>;
  queueNow(): Promise<QueueNow>;
  pauseQueue(): Promise<void>;
  resumeQueue(): Promise<void>;
  /** What draws the pictures. While a circuit isn't closed, jobs wait: its engine rests, and is tried again. */
  engines(): Promise<readonly EngineState[]>;
  /**
   * The bytes of a picture or preview, with this session's right to see them. With `atLeast`, the position of
   * what told of it, the server first reads that far itself: an event may come before it has.
   */
  image(imageId: string, signal?: AbortSignal, atLeast?: Position): Promise<Blob>;
}

export interface DarkroomClient {
  readonly session: Session;
  readonly api: DarkroomApi;
  readonly connection: Observable<ConnectionState>;
  /** What waits for an answer of the server, in all conversations, oldest first. */
  readonly outbox: Outbox;
  /** Views of one scope are shared: asking twice is one subscription at the server. */
  conversation(id: ConversationId): ConversationSubscription;
  user(): Subscription<UserView>;
  queue(): Subscription<QueueView>;
  close(): void;
}

/** What `connect` gives: a client whose sign-in can be renewed. */
export interface ConnectedClient extends DarkroomClient {
  /** Goes on with a new token of the same person; nothing that is shown is lost. */
  renew(session: Session): void;
}

export interface ConnectOptions {
  /** Where the server is: its origin, with a path where it lies under one. */
  readonly url: string;
  readonly session: Session;
  /**
   * Gets a new session of the same person, or null where they have to sign in themselves. Called before
   * the token ends, and when it is refused; where it rejects, again after a pause.
   */
  readonly renewSession?: () => Promise<Session | null>;
  /** The token isn't believed any more. Told once; then `renew`, or sign in and connect anew. */
  readonly onSessionExpired?: () => void;
  /** Where commands wait for the server. Kept there, they outlive this program. Default: memory. */
  readonly outboxStorage?: ClientStorage;
  /** So many commands may wait; the next one is refused with `outbox_full`. */
  readonly outboxLimit?: number;
  /**
   * Where conversations are kept, each with its cursor, so that the next program shows what was held and
   * asks only for what was missed. Default: nowhere; it begins with a snapshot.
   */
  readonly stateStorage?: ClientStorage;
  /** A storage has failed: what it should have kept won't outlive this program. Nothing else changes. */
  readonly onStorageTrouble?: (cause: unknown) => void;
  /** `TICK_MS` of the server. */
  readonly tickMs?: number;
  /** The first pause before anything is tried again; pauses grow. */
  readonly retryMs?: number;
  /**
   * How often the server is told which places are shown here while own pictures wait, so that it can count
   * whether they are right. 0: never. Default: a minute.
   */
  readonly placeReportMs?: number;
  /** After how long an answer over the socket is taken for lost. */
  readonly answerMs?: number;
}
