import type { ConversationId, LogId } from '../events/ids.ts';
import { startOfLog } from '../events/ids.ts';
import { createApi, createExactReads, type ExactReads } from './api.ts';
import { ApiProblem, type ConnectedClient, type ConnectOptions, type Session } from './client.ts';
import { Connection, type ConnectionListener } from './connection.ts';
import { type ConversationScope, createConversationScope } from './conversationScope.ts';
import { createHttp, type Http } from './http.ts';
import { createQueueScope, type QueueScope } from './queueScope.ts';
import type { ScopeFollower } from './scopeFollower.ts';
import type { Line, Timing } from './scopeTarget.ts';
import { createSharing, type OpenScope, type Sharing, subscriptionTo } from './sharing.ts';
import { createUserScope, type UserScope } from './userScope.ts';
import { type Address, addressKey } from './wire.ts';

type Followers = Map<string, ScopeFollower>;

/** Scopes that are opened by whoever asks first, and hear of the connection from then on. */
const sharingOf = <Key, Scope extends OpenScope<unknown>>(
  followers: Followers,
  line: Line,
  address: (key: Key) => Address,
  create: (key: Key) => Scope,
): Sharing<Key, Scope> =>
  createSharing(
    (key: Key) => {
      const scope = create(key);
      followers.set(addressKey(address(key)), scope.follower);
      if (line.isConnected) scope.follower.connected();
      return scope;
    },
    (scope, key) => {
      followers.delete(addressKey(address(key)));
      scope.follower.close();
    },
  );

interface Scopes {
  readonly conversations: Sharing<ConversationId, ConversationScope>;
  readonly users: Sharing<'user', UserScope>;
  readonly queues: Sharing<'queue', QueueScope>;
}

interface ScopeParts {
  readonly followers: Followers;
  readonly line: Line;
  readonly timing: Timing;
  readonly http: Http;
  readonly session: Session;
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

const createScopes = ({ followers, line, timing, http, session }: ScopeParts): Scopes => {
  const reads = createExactReads(http);
  const conversations = sharingOf(
    followers,
    line,
    (id: ConversationId) => ({ scope: 'conversation', id }),
    (id) =>
      createConversationScope(id, {
        line,
        timing,
        fetchMessages: (cursor, atLeast) => reads.messages(id, cursor, atLeast),
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
        self: session.user.id,
        line,
        timing,
        fetchConversation: reads.conversation,
        openConversations: () =>
          conversations.open().flatMap(({ store, follower }) => {
            const { conversation } = store.current();
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
    () => createQueueScope(line, timing),
  );
  return { conversations, users, queues };
};

const each = (followers: Followers, tell: (follower: ScopeFollower) => void): void => {
  for (const follower of [...followers.values()]) tell(follower);
};

/** What comes over the connection, to the scopes that it is about. */
const createListener = (
  followers: Followers,
  onSignInRefused: () => void,
  onOtherLog: () => void,
): ConnectionListener => {
  let logId: LogId | null = null;
  return {
    connected: () => each(followers, (follower) => follower.connected()),
    disconnected: () => each(followers, (follower) => follower.disconnected()),
    welcomed: (welcome) => {
      if (logId !== null && logId !== welcome.logId) onOtherLog();
      logId = welcome.logId;
    },
    batch: (batch, acknowledge) => followers.get(addressKey(batch))?.receive(batch, acknowledge),
    unsubscribed: (ended) => followers.get(addressKey(ended))?.unsubscribed(ended),
    signInRefused: onSignInRefused,
  };
};

/** Connects as the person of a session, and keeps what is asked for complete until it is closed. */
export const connect = (options: ConnectOptions): ConnectedClient => {
  const { url, onSessionExpired, tickMs = 15_000, retryMs = 500, answerMs = 10_000 } = options;
  let session = options.session;
  let isExpired = false;
  const expire = () => {
    if (isExpired) return;
    isExpired = true;
    onSessionExpired?.();
  };
  const closing = new AbortController();
  const token = () => session.token;
  const http = createHttp({ url, token, closed: closing.signal, onUnauthorized: expire, retryMs });
  const followers: Followers = new Map();
  const listener = createListener(followers, expire, () => http.forgetPosition());
  const connection = new Connection({ url, token, reconnectMs: retryMs, answerMs }, listener);
  const timing = { tickMs, retryMs };
  const scopes = createScopes({ followers, line: connection, timing, http, session });
  connection.open();

  return {
    get session() {
      return session;
    },
    api: createApi(http),
    connection: connection.state,
    conversation: (id) => {
      const { scope, release } = scopes.conversations.acquire(id);
      return { ...subscriptionTo(scope, release), loadOlder: scope.loadOlder };
    },
    user: () => {
      const { scope, release } = scopes.users.acquire('user');
      return subscriptionTo(scope, release);
    },
    queue: () => {
      const { scope, release } = scopes.queues.acquire('queue');
      return subscriptionTo(scope, release);
    },
    renew: (renewed) => {
      session = renewed;
      isExpired = false;
      connection.renew(renewed.token);
    },
    close: () => {
      closing.abort();
      connection.close();
      each(followers, (follower) => follower.close());
    },
  };
};
