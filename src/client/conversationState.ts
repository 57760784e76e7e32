import type { Event } from '../events/catalogue.ts';
import { foldConversation } from '../projections/conversations.ts';
import { foldMessage } from '../projections/messages.ts';
import type { Conversation, Message } from '../projections/model.ts';
import type { ConversationSnapshot } from '../projections/readModel.ts';

/** What is held of a conversation: itself, and its newest messages without a hole. */
export interface ConversationState {
  readonly conversation: Conversation;
  /** Oldest first. */
  readonly messages: readonly Message[];
  /** There are messages before the oldest held. */
  readonly hasOlder: boolean;
}

/** Places come from scope `queue` alone: one of a GET would stay as it was, and soon be wrong. */
const withoutPlace = (message: Message): Message =>
  message.image === null || message.image.place === null
    ? message
    : { ...message, image: { ...message.image, place: null } };

const byPosting = (a: Message, b: Message): number => (a.postedPosition < b.postedPosition ? -1 : 1);

export const conversationFromSnapshot = ({
  conversation,
  messages,
  nextCursor,
}: ConversationSnapshot): ConversationState => ({
  conversation,
  messages: messages.map(withoutPlace).sort(byPosting),
  hasOlder: nextCursor !== null,
});

/**
 * An event about a message that isn't held is let go, but its posting. A posting before the oldest held
 * message (more than a page was posted while the snapshot was read) is let go too: it comes with its page.
 */
const insertPosted = (state: ConversationState, messages: Message[], event: Event): void => {
  const posted = foldMessage(null, event);
  const oldest = messages[0];
  if (posted === null) return;
  const isOfOlderPage =
    state.hasOlder && oldest !== undefined && posted.postedPosition < oldest.postedPosition;
  if (isOfOlderPage) return;
  const newest = messages.at(-1);
  messages.push(posted);
  // Nearly always it is in its place: sorting for each of 100,000 missed messages would take minutes.
  if (newest !== undefined && byPosting(newest, posted) > 0) messages.sort(byPosting);
};

/** The state after events, in order; the same reference where they change nothing. */
export const foldConversationEvents = (
  state: ConversationState,
  events: readonly Event[],
): ConversationState => {
  const messages = [...state.messages];
  let conversation = state.conversation;
  let changed = false;
  for (const event of events) {
    conversation = foldConversation(conversation, event) ?? conversation;
    const { messageId } = event;
    if (messageId === undefined) continue;
    // From the end: what happens mostly concerns the newest. What is posted after them all isn't looked for.
    const isNew = event.type === 'MessagePosted' && event.position > (messages.at(-1)?.postedPosition ?? '');
    const index = isNew ? -1 : messages.findLastIndex((message) => message.messageId === messageId);
    const held = messages[index];
    if (held === undefined) {
      const before = messages.length;
      insertPosted(state, messages, event);
      changed ||= messages.length > before;
      continue;
    }
    const message = foldMessage(held, event) ?? held;
    messages[index] = message;
    changed ||= message !== held;
  }
  if (!changed && conversation === state.conversation) return state;
  return { ...state, conversation, messages: changed ? messages : state.messages };
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
  const held = new Set(state.messages.map(({ messageId }) => messageId));
  const broughtUp = (message: Message): Message =>
    missed
      .filter(({ messageId }) => messageId === message.messageId)
      .reduce<Message>((folded, event) => foldMessage(folded, event) ?? folded, withoutPlace(message));
  const older = page.items.filter(({ messageId }) => !held.has(messageId)).map(broughtUp);
  return {
    ...state,
    messages: [...older, ...state.messages].sort(byPosting),
    hasOlder: page.nextCursor !== null,
  };
};
