import type { CommandId, ConversationId, JobId, MessageId, Position, UserId } from '../events/ids.ts';
import type { ImageRequest } from '../events/imageRequest.ts';
import type { JsonObject } from '../events/json.ts';
import type { Origin } from '../events/metadata.ts';
import type { Handling } from './handler.ts';
import type { Principal } from './permissions.ts';
import type { QueueDoor } from './queueLimits.ts';

/** Who asks for a command, and under which ids it goes into the log. */
export interface CommandContext {
  readonly principal: Principal;
  /** UUIDv5(user, idempotency key) where there is one, else random: a repeated command has the same. */
  readonly commandId: CommandId;
  /** The request that began it all. */
  readonly correlationId: string;
  readonly origin?: Origin;
}

/** Where the log stands once the command has happened; of the stream's last event where it changed nothing. */
export interface Done {
  readonly position: Position;
}

/** A picture asked for; what is left out is decided by the command (`prompt`: the message's text). */
export type WantedImage = {
  readonly [Field in keyof ImageRequest]?: ImageRequest[Field] | undefined;
} & { readonly priority?: number | undefined };

/**
 * Everything that a person can do. Each is repeatable under the same `commandId`, decides on what the
 * log holds, and rejects with a `DomainError` where a rule is broken, or with the log's own errors.
 */
export interface Commands {
  startConversation(
    context: CommandContext,
    input: {
      readonly conversationId?: ConversationId | undefined;
      readonly title?: string | undefined;
      readonly participants?: readonly UserId[] | undefined;
    },
  ): Promise<Done & { readonly conversationId: ConversationId }>;
  renameConversation(context: CommandContext, id: ConversationId, title: string): Promise<Done>;
  addParticipant(context: CommandContext, id: ConversationId, userId: UserId): Promise<Done>;
  removeParticipant(context: CommandContext, id: ConversationId, userId: UserId): Promise<Done>;
  archiveConversation(context: CommandContext, id: ConversationId): Promise<Done>;

  postMessage(
    context: CommandContext,
    id: ConversationId,
    input: {
      readonly messageId?: MessageId | undefined;
      readonly text: string;
      readonly metadata?: JsonObject | undefined;
      readonly image?: WantedImage | undefined;
    },
  ): Promise<Done & { readonly messageId: MessageId; readonly jobId: JobId | null }>;
  editMessage(context: CommandContext, id: MessageId, text: string): Promise<Done>;
  mergeMetadata(context: CommandContext, id: MessageId, patch: JsonObject): Promise<Done>;
  removeMessage(context: CommandContext, id: MessageId): Promise<Done>;

  /** Also of a job that is accepted and not queued yet; ended already: nothing happens. */
  cancelJob(context: CommandContext, id: JobId): Promise<Done>;
  /** Those that were really cancelled by this. Jobs that ended meanwhile are left out. */
  cancelJobs(
    context: CommandContext,
    ids: readonly JobId[],
  ): Promise<Done & { readonly cancelled: readonly JobId[] }>;
  retryJob(context: CommandContext, id: JobId): Promise<Done & { readonly jobId: JobId }>;
  prioritizeJob(context: CommandContext, id: JobId, priority: number): Promise<Done>;

  pauseQueue(context: CommandContext): Promise<Done>;
  resumeQueue(context: CommandContext): Promise<Done>;
}

/** What commands need of the world. */
export interface CommandSurroundings extends Omit<Handling, 'log'> {
  /** A seed for a picture whose request names none: 0 – 2^32-1. */
  readonly newSeed: () => number;
  /** How a person is called who isn't the one who asks; their id where nobody knows. */
  readonly nameOf: (id: UserId) => Promise<string>;
  /** Which message a job answers; null where there is no such job. Waits for the read model where it must. */
  readonly locateJob: (id: JobId) => Promise<MessageId | null>;
  /** Attempts a job may have, and the longest that one may take, in milliseconds. */
  readonly jobLimits: { readonly attempts: number; readonly timeoutMs: number };
  /** Left out: everyone is let in. */
  readonly door?: QueueDoor | undefined;
}
