import { type ConversationState, noSuchConversation, type StartedConversation } from './conversation.ts';
import { type Action, type Circumstances, type Principal, permit } from './permissions.ts';

/** What the table of permissions looks at in a conversation. */
export const circumstancesOf = (conversation: ConversationState): Circumstances =>
  conversation.status === 'none'
    ? { participants: new Set() }
    : { participants: new Set(conversation.participants.keys()), startedBy: conversation.startedBy.id };

/** The conversation, if this person may do this to it. @throws DomainError */
export const permitIn = (
  action: Action,
  by: Principal,
  conversation: ConversationState,
  more: Circumstances = {},
): StartedConversation => {
  if (conversation.status === 'none') throw noSuchConversation();
  permit(action, by, { ...circumstancesOf(conversation), ...more }, noSuchConversation);
  return conversation;
};
