import type { ConversationId, JobId, MessageId, UserId } from './ids.ts';

export type StreamName =
  | `conversation-${string}`
  | `message-${string}`
  | `job-${string}`
  | `queue-${string}`
  | `engine-${string}`
  | `refusals-${string}`
  | `projection-${string}`
  | `sweep-${string}`
  | `person-${string}`
  | 'log'
  | 'seals';

export const conversationStream = (id: ConversationId): StreamName => `conversation-${id}`;
export const messageStream = (id: MessageId): StreamName => `message-${id}`;
export const jobStream = (id: JobId): StreamName => `job-${id}`;
export const queueStream: StreamName = 'queue-images';
export const engineStream = (name: string): StreamName => `engine-${name}`;
/** One a day (UTC), so that none grows for ever. */
export const refusalsStream = (at: Date): StreamName => `refusals-${at.toISOString().slice(0, 10)}`;
export const projectionStream = (name: string): StreamName => `projection-${name}`;
/** One a day (UTC), so that none grows for ever. */
export const sweepStream = (at: Date): StreamName => `sweep-${at.toISOString().slice(0, 10)}`;
export const personStream = (id: UserId): StreamName => `person-${id}`;
export const logStream: StreamName = 'log';
export const sealStream: StreamName = 'seals';
