import { v7 } from 'uuid';
import { type ConversationId, messageId } from '../events/ids.ts';
import type { ConversationSubscription } from './client.ts';
import type { Outbox } from './outbox.ts';

/** What is done in one conversation, through the outbox. */
export const conversationCommands = (
  conversationId: ConversationId,
  { send }: Pick<Outbox, 'send'>,
): Pick<ConversationSubscription, 'post' | 'requestImage' | 'cancel' | 'retry'> => {
  const post: ConversationSubscription['post'] = (text, more = {}) =>
    send<'post'>({ kind: 'post', conversationId, messageId: messageId.parse(v7()), text, ...more });
  return {
    post,
    requestImage: (prompt, wish = {}) => post(prompt, { image: wish }),
    cancel: async (jobId) => (await send<'cancel'>({ kind: 'cancel', conversationId, jobId })).job,
    retry: async (jobId) => (await send<'retry'>({ kind: 'retry', conversationId, jobId })).job,
  };
};
