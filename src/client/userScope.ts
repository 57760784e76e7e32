import type { Event } from '../events/catalogue.ts';
import type { ConversationId, LogId, Position, UserId } from '../events/ids.ts';
import type { Conversation } from '../projections/model.ts';
import type { UserSnapshot } from '../projections/readModel.ts';
import { ApiProblem, type Observable, type UserView } from './client.ts';
import { createStore } from './observable.ts';
import { readableEvents } from './readable.ts';
import { ScopeFollower } from './scopeFollower.ts';
import type { Line, ScopeTarget, Timing } from './scopeTarget.ts';
import { foldOwnJobs, isIn, jobsFromSnapshot, mergeConversation } from './userState.ts';

export interface UserScope {
  readonly store: Observable<UserView>;
  readonly follower: ScopeFollower;
  readonly restored: null;
  close(): void;
  /** A conversation that is open knows more about itself than the list, which hears of few of its events. */
  merge(conversation: Conversation, logId: LogId): void;
}

export interface UserSurroundings {
  readonly self: UserId;
  readonly line: Line;
  readonly timing: Timing;
  readonly fetchConversation: (id: ConversationId, atLeast: Position) => Promise<Conversation>;
  /** The conversations that are open, as their views have them. */
  readonly openConversations: () => readonly { readonly conversation: Conversation; readonly logId: LogId }[];
  /** This user came into the conversation. */
  readonly onJoined: (id: ConversationId) => void;
}

/** Conversations come and go by events; what they are is read by GET, for their own events aren't here. */
const movements = (events: readonly Event[], self: UserId) => {
  const joined = new Map<ConversationId, Position>();
  const left = new Map<ConversationId, Position>();
  for (const { type, data, conversationId, position } of events) {
    if (conversationId === undefined) continue;
    if (type === 'ConversationStarted' || (type === 'ParticipantJoined' && data.participant.id === self))
      joined.set(conversationId, position);
    if (type === 'ParticipantLeft' && data.participant.id === self) {
      joined.delete(conversationId);
      left.set(conversationId, position);
    }
  }
  return { joined, left };
};

/** What concerns this user wherever it happens: their conversations, and their jobs. */
export const createUserScope = ({
  self,
  line,
  timing,
  fetchConversation,
  openConversations,
  onJoined,
}: UserSurroundings): UserScope => {
  const store = createStore<UserView>({ view: 'loading', conversations: [], jobs: [] });
  /** A document from before one left must not bring the conversation back. */
  const leftAt = new Map<ConversationId, Position>();

  const change = (part: Partial<UserView>) => {
    const current = store.state;
    const next = { ...current, ...part };
    const isSame =
      next.view === current.view &&
      next.jobs === current.jobs &&
      next.conversations === current.conversations;
    if (!isSame) store.set(next);
  };

  const merge = (conversation: Conversation, logId: LogId) => {
    const left = leftAt.get(conversation.conversationId);
    const isOfBefore = left !== undefined && conversation.position <= left;
    if (logId !== follower.cursor?.logId || isOfBefore || !isIn(self, conversation)) return;
    change({ conversations: mergeConversation(store.state.conversations, conversation) });
  };

  const fetchJoined = async (id: ConversationId, atLeast: Position, logId: LogId): Promise<void> => {
    try {
      merge(await fetchConversation(id, atLeast), logId);
    } catch (error) {
      const isGoneAgain = error instanceof ApiProblem && (error.status === 404 || error.code === 'closed');
      if (!isGoneAgain) follower.readAgain();
    }
  };

  const move = (events: readonly Event[], logId: LogId) => {
    const { joined, left } = movements(events, self);
    for (const [id, position] of left) leftAt.set(id, position);
    const { conversations } = store.state;
    const kept = conversations.filter(({ conversationId: id, position }) => position > (left.get(id) ?? ''));
    if (kept.length < conversations.length) change({ conversations: kept });
    for (const [id, position] of joined) {
      onJoined(id);
      if (kept.some(({ conversationId }) => conversationId === id)) continue;
      void fetchJoined(id, position, logId);
    }
  };

  const target: ScopeTarget = {
    take: (snapshot, { logId }) => {
      const { conversations, jobs } = snapshot as UserSnapshot;
      leftAt.clear();
      const listed = new Set(conversations.map(({ conversationId }) => conversationId));
      const newer = openConversations().filter(
        (open) => open.logId === logId && listed.has(open.conversation.conversationId),
      );
      change({
        conversations: newer.reduce(
          (list, { conversation }) => mergeConversation(list, conversation),
          conversations,
        ),
        jobs: jobsFromSnapshot(jobs),
      });
    },
    apply: (received, { logId }) => {
      const events = readableEvents(received);
      if (events === null) return 'read_again';
      change({ jobs: foldOwnJobs(store.state.jobs, events) });
      move(events, logId);
      return 'applied';
    },
    show: (view) => change({ view }),
  };
  const follower = new ScopeFollower({ scope: 'user' }, target, line, timing);
  return { store, follower, restored: null, merge, close: () => follower.close() };
};
