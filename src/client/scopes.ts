import { type ConversationId, startOfLog, type UserId } from '../events/ids.ts';
import { createExactReads, type ExactReads } from './api.ts';
import { ApiProblem } from './client.ts';
import { type ConversationScope, createConversationScope } from './conversationScope.ts';
import type { Http } from './http.ts';
import type { PlaceReports } from './placeReports.ts';
import { createQueueScope, type QueueScope } from './queueScope.ts';
import type { ScopeFollower } from './scopeFollower.ts';
import type { Line, Timing } from './scopeTarget.ts';
import { createSharing, type OpenScope, type Sharing } from './sharing.ts';
import type { StateKeeping } from './stateKeeping.ts';
import { createUserScope, type UserScope } from './userScope.ts';
import { type Address, addressKey } from './wire.ts';

export type Followers = Map<string, ScopeFollower>;

/** Scopes that are opened by whoever asks first, and hear of the connection from then on. */
const sharingOf = <Key, Scope extends OpenScope<unknown>>(
  followers: Followers,
  line: Line,
  address: (key: Key) => Address,
  create: (key: Key) => Scope,
): Sharing<Key, Scope> => {
  const closed = new WeakSet<OpenScope<unknown>>();
  const follow = (scope: Scope, key: Key) => {
    if (closed.has(scope)) return;
    followers.set(addressKey(address(key)), scope.follower);
    if (line.isConnected) scope.follower.connected();
  };
  return createSharing(
    (key: Key) => {
      const scope = create(key);
      if (scope.restored === null) follow(scope, key);
      else void scope.restored.then(() => follow(scope, key));
      return scope;
    },
    (scope, key) => {
      closed.add(scope);
      if (followers.get(addressKey(address(key))) === scope.follower)
        followers.delete(addressKey(address(key)));
      scope.close();
    },
  );
};

export interface Scopes {
  readonly conversations: Sharing<ConversationId, ConversationScope>;
  readonly users: Sharing<'user', UserScope>;
  readonly queues: Sharing<'queue', QueueScope>;
}

export interface ScopeParts {
  readonly followers: Followers;
  readonly line: Line;
  readonly timing: Timing;
  readonly http: Http;
  readonly self: UserId;
  readonly placeReports: PlaceReports;
  readonly keepingOf: (id: ConversationId) => StateKeeping | null;
}

/** Only who did something can have been overtaken by it: nobody else asks twice. */
const isMissing = async (http: Http, reads: ExactReads, id: ConversationId): Promise<boolean> => {
  if (http.position() === startOfLog) return true;
  try {
    await reads.conversation(id, http.position());
    return false;
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return true;
    throw error;
  }
};

/** The scopes that are open, by what they are of. */
export const createScopes = ({
  followers,
  line,
  timing,
  http,
  self,
  keepingOf,
  placeReports,
}: ScopeParts): Scopes => {
  const reads = createExactReads(http);
  const conversations = sharingOf(
    followers,
    line,
    (id: ConversationId) => ({ scope: 'conversation', id }),
    (id) =>
      createConversationScope(id, {
        line,
        timing,
        keeping: keepingOf(id),
        fetchMessages: (before, atLeast) => reads.messages(id, before, atLeast),
        isMissing: () => isMissing(http, reads, id),
        onConversation: (conversation, logId) => users.get('user')?.merge(conversation, logId),
      }),
  );
  const users: Sharing<'user', UserScope> = sharingOf(
    followers,
    line,
    () => ({ scope: 'user' }),
    () =>
      createUserScope({
        self,
        line,
        timing,
        fetchConversation: reads.conversation,
        openConversations: () =>
          conversations.open().flatMap(({ store, follower }) => {
            const { conversation } = store.state;
            const logId = follower.cursor?.logId;
            return conversation === null || logId === undefined ? [] : [{ conversation, logId }];
          }),
        onJoined: (id) => conversations.get(id)?.follower.reopen(),
      }),
  );
  const queues = sharingOf(
    followers,
    line,
    (_: 'queue') => ({ scope: 'queue' }),
    () => createQueueScope(line, timing, placeReports),
  );
  return { conversations, users, queues };
};
