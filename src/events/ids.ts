import { z } from 'zod';

/** UUIDs are kept in lower case, so that equal ids are equal text. */
const uuid = z.uuid('must be a UUID').transform((text) => text.toLowerCase());

export const conversationId = uuid.pipe(z.string().brand<'ConversationId'>());
export const messageId = uuid.pipe(z.string().brand<'MessageId'>());
export const jobId = uuid.pipe(z.string().brand<'JobId'>());
export const logId = uuid.pipe(z.string().brand<'LogId'>());
const eventId = uuid.pipe(z.string().brand<'EventId'>());
export const commandId = uuid.pipe(z.string().brand<'CommandId'>());

/** The `sub` of a token: any printable text without control characters. */
export const userId = z
  .string()
  .min(1, 'must not be empty')
  .max(255, 'must have at most 255 characters')
  .regex(/^[^\p{Cc}\p{Cs}]+$/u, 'must be printable text')
  .brand<'UserId'>();

/** SHA-256 of the image's bytes, lower-case hexadecimal. */
export const imageId = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits')
  .brand<'ImageId'>();

/** A place in the log: 20 digits, so that its order as text is its order in the log. */
export const position = z
  .string()
  .regex(/^\d{20}$/, 'must be exactly 20 digits')
  .brand<'Position'>();

export type ConversationId = z.infer<typeof conversationId>;
export type MessageId = z.infer<typeof messageId>;
export type JobId = z.infer<typeof jobId>;
export type LogId = z.infer<typeof logId>;
export type EventId = z.infer<typeof eventId>;
export type CommandId = z.infer<typeof commandId>;
export type UserId = z.infer<typeof userId>;
export type ImageId = z.infer<typeof imageId>;
export type Position = z.infer<typeof position>;

/** Before every event. */
export const startOfLog = '0'.repeat(20) as Position;

/** The position of the n-th place of a log that numbers its events; n ≥ 0. */
export const positionOf = (number: number | bigint): Position => String(number).padStart(20, '0') as Position;
