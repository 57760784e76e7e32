import type { Event } from '../events/catalogue.ts';
import { foldConversation } from '../projections/conversations.ts';
import { foldMessage } from '../projections/messages.ts';
import type { Conversation, Message } from '../projections/model.ts';
import type { ConversationSnapshot } from '../projections/readModel.ts';
import { editPages, inPages, listOf, type MessagePages } from './messagePages.ts';

type Messages = ReturnType<typeof editPages>;

/** What is held of a conversation: itself, and its newest messages without a hole. */
export interface ConversationState {
  readonly conversation: Conversation;
  readonly pages: MessagePages;
  /** There are messages before the oldest held. */
  readonly hasOlder: boolean;
}

/** Places come from scope `queue` alone: one of a GET would stay as it was, and soon be wrong. */
const withoutPlace = (message: Message): Message =>
  message.image === null || message.image.place === null
    ? message
    : { ...message, image: { ...message.image, place: null } };

export const conversationFromSnapshot = ({
  conversation,
  messages,
  nextCursor,
}: ConversationSnapshot): ConversationState => ({
  conversation,
  pages: inPages(messages.map(withoutPlace)),
  hasOlder: nextCursor !== null,
});

/**
 * An event about a message that isn't held is let go, but its posting. A posting before the oldest held
 * message (more than a page was posted while the snapshot was read) is let go too: it comes with its page.
 */
const addPosted = ({ hasOlder }: ConversationState, messages: Messages, event: Event): void => {
  const posted = foldMessage(null, event);
  const oldest = messages.oldest();
  if (posted === null) return;
  const isOfOlderPage = hasOlder && oldest !== undefined && posted.postedPosition < oldest.postedPosition;
  if (!isOfOlderPage) messages.add(posted);
};

const foldMessageEvent = (state: ConversationState, messages: Messages, event: Event): void => {
  const { type, position, messageId } = event;
  if (messageId === undefined) return;
  // What is posted after them all isn't looked for.
  const isNew = type === 'MessagePosted' && position > (messages.newest()?.postedPosition ?? '');
  const place = isNew ? null : messages.find(messageId);
  const held = place === null ? undefined : messages.at(place);
  if (place === null || held === undefined) {
    addPosted(state, messages, event);
    return;
  }
  const message = foldMessage(held, event) ?? held;
  if (message !== held) messages.replace(place, message);
};

/** The state after events, in order; the same reference where they change nothing. */
export const foldConversationEvents = (
  state: ConversationState,
  events: readonly Event[],
): ConversationState => {
  const messages = editPages(state.pages);
  let conversation = state.conversation;
  // The last posting overwrites all that the ones before it do to the conversation: that need not be copied for each.
  const lastPosted = events.findLast(({ type }) => type === 'MessagePosted');
  for (const event of events) {
    if (event.type !== 'MessagePosted' || event === lastPosted)
      conversation = foldConversation(conversation, event) ?? conversation;
    foldMessageEvent(state, messages, event);
  }
  const pages = messages.pages();
  if (pages === state.pages && conversation === state.conversation) return state;
  return { ...state, conversation, pages };
};

/**
 * The state with a page of older messages. `missed`: the events that came since the page was asked for;
 * those about its messages were let go then, and each message's position tells which it has already.
 */
export const mergeOlderMessages = (
  state: ConversationState,
  page: { readonly items: readonly Message[]; readonly nextCursor: string | null },
  missed: readonly Event[],
): ConversationState => {
  const messages = listOf(state.pages);
  const held = new Set(messages.map(({ messageId }) => messageId));
  const broughtUp = (message: Message): Message =>
    missed
      .filter(({ messageId }) => messageId === message.messageId)
      .reduce<Message>((folded, event) => foldMessage(folded, event) ?? folded, withoutPlace(message));
  const older = page.items.filter(({ messageId }) => !held.has(messageId)).map(broughtUp);
  return { ...state, pages: inPages([...older, ...messages]), hasOlder: page.nextCursor !== null };
};
