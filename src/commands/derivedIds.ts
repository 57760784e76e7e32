import { hash } from 'node:crypto';
import type { CommandId, ConversationId, EventId, JobId, MessageId } from '../events/ids.ts';
import type { StreamName } from '../events/streams.ts';

const bytesOf = (id: string): Buffer => Buffer.from(id.replaceAll('-', ''), 'hex');

/** UUID version 5 (RFC 9562), in half the time that the uuid library takes: each event has one. */
const v5 = (name: string, namespace: string): string => {
  const digest = hash('sha1', Buffer.concat([bytesOf(namespace), Buffer.from(name)]), 'hex');
  const variant = ((Number.parseInt(digest.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `5${digest.slice(13, 16)}`,
    `${variant}${digest.slice(17, 20)}`,
    digest.slice(20, 32),
  ].join('-');
};

/**
 * Ids that follow from others, so that doing the same again, here or on another node, makes the same
 * thing and not a second one.
 */
export const conversationIdOf = (command: CommandId) => v5('conversation', command) as ConversationId;
export const messageIdOf = (command: CommandId) => v5('message', command) as MessageId;
export const jobIdOf = (message: MessageId) => v5('job', message) as JobId;
export const retryIdOf = (job: JobId) => v5('retry', job) as JobId;

/** The command within one that does the same to many things. */
export const partOf = (command: CommandId, part: string) => v5(part, command) as CommandId;

/** The n-th event, from 0, that a command appends to a stream. */
export const eventIdOf = (command: CommandId, stream: StreamName, n: number) =>
  v5(`${stream}:${n}`, command) as EventId;
