import type { Event } from '../events/catalogue.ts';
import type { ConversationId, LogId, MessageId, Position } from '../events/ids.ts';
import type { Conversation, Message } from '../projections/model.ts';
import type { ConversationSnapshot } from '../projections/readModel.ts';
import type { ConversationView, Observable, ViewState } from './client.ts';
import {
  type ConversationState,
  conversationFromSnapshot,
  foldConversationEvents,
  mergeOlderMessages,
} from './conversationState.ts';
import { listOf } from './messagePages.ts';
import { createStore, derived } from './observable.ts';
import { readableEvents } from './readable.ts';
import { ScopeFollower } from './scopeFollower.ts';
import type { Line, ScopeTarget, Timing } from './scopeTarget.ts';
import type { StateKeeping } from './stateKeeping.ts';

export interface ConversationScope {
  readonly store: Observable<ConversationView>;
  readonly follower: ScopeFollower;
  /** Resolves once what was kept is shown; null: nothing is. It can be followed from then on. */
  readonly restored: Promise<void> | null;
  loadOlder(): Promise<void>;
  close(): void;
}

export interface ConversationSurroundings {
  readonly line: Line;
  readonly timing: Timing;
  /** The page of messages before that one, read when the documents are at `atLeast` or later. */
  readonly fetchMessages: (
    before: MessageId,
    atLeast: Position,
  ) => Promise<{ items: Message[]; nextCursor: string | null }>;
  /** As a ScopeTarget's. */
  readonly isMissing: () => Promise<boolean>;
  /** Where the conversation is kept beyond this program; null: nowhere. */
  readonly keeping: StateKeeping | null;
  /** The conversation itself changed: others show it too. */
  readonly onConversation: (conversation: Conversation, logId: LogId) => void;
}

/** What is held, and how complete it is. */
interface Held {
  readonly view: ViewState;
  readonly state: ConversationState | null;
}

const viewOf = ({ view, state }: Held): ConversationView =>
  state === null
    ? { view, conversation: null, messages: [], hasOlder: false }
    : { view, conversation: state.conversation, messages: listOf(state.pages), hasOlder: state.hasOlder };

/** One conversation, followed and folded into its view. */
export const createConversationScope = (
  id: ConversationId,
  { line, timing, fetchMessages, isMissing, keeping, onConversation }: ConversationSurroundings,
): ConversationScope => {
  const held = createStore<Held>({ view: 'loading', state: null });
  let state: ConversationState | null = null;
  /** The page that is being fetched, and the events that came since it was asked for. */
  let fetching: { readonly missed: Event[]; readonly done: Promise<void> } | null = null;

  const store = derived(held, viewOf);

  const become = (next: ConversationState, logId: LogId) => {
    if (next === state) return;
    const isNews = next.conversation !== state?.conversation;
    state = next;
    const { view } = held.state;
    // Hundreds of batches bring what was missed: each is shown to whoever looks, but not drawn one by one.
    if (view === 'catching_up') held.setCalmly({ view, state });
    else held.set({ view, state });
    if (isNews) onConversation(next.conversation, logId);
  };

  const target: ScopeTarget = {
    take: (snapshot, { logId }) => {
      fetching = null;
      become(conversationFromSnapshot(snapshot as ConversationSnapshot), logId);
    },
    apply: (received, { logId }) => {
      const events = readableEvents(received);
      if (events === null || state === null) return 'read_again';
      fetching?.missed.push(...events);
      become(foldConversationEvents(state, events), logId);
      return 'applied';
    },
    reached: (cursor) => {
      if (state !== null) keeping?.keep({ cursor, state });
    },
    show: (view) => {
      if (view === 'lost' || view === 'not_found') keeping?.forget();
      if (held.state.view !== view) held.set({ view, state });
    },
    isMissing,
  };
  const follower = new ScopeFollower({ scope: 'conversation', id }, target, line, timing);

  const fetchOlder = async (missed: Event[], before: MessageId, atLeast: Position): Promise<void> => {
    try {
      const page = await fetchMessages(before, atLeast);
      // A snapshot came meanwhile: the page may not join on to what is held now.
      if (fetching?.missed !== missed || state === null || follower.cursor === null) return;
      become(mergeOlderMessages(state, page, missed), follower.cursor.logId);
    } finally {
      if (fetching?.missed === missed) fetching = null;
    }
  };

  const loadOlder = (): Promise<void> => {
    if (fetching !== null) return fetching.done;
    const cursor = follower.cursor;
    const oldest = state?.pages[0]?.[0];
    if (!state?.hasOlder || oldest === undefined || cursor === null) return Promise.resolve();
    const missed: Event[] = [];
    const done = fetchOlder(missed, oldest.messageId, cursor.through);
    fetching = { missed, done };
    return done;
  };

  const restore = async (from: StateKeeping): Promise<void> => {
    const kept = await from.load();
    if (kept === null) return;
    state = kept.state;
    follower.restore(kept.cursor);
  };
  const close = () => {
    follower.close();
    keeping?.close();
  };

  return { store, follower, restored: keeping === null ? null : restore(keeping), loadOlder, close };
};
