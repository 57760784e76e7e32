import type { ConversationId, LogId } from '../events/ids.ts';
import { serverAddress } from './address.ts';
import { createApi } from './api.ts';
import type { ConnectedClient, ConnectOptions, Session } from './client.ts';
import { requestOf } from './command.ts';
import { Connection, type ConnectionListener } from './connection.ts';
import { conversationCommands } from './conversationCommands.ts';
import { createHttp } from './http.ts';
import { createOutbox } from './outbox.ts';
import { createOutboxKeeping } from './outboxKeeping.ts';
import { createPlaceReports } from './placeReports.ts';
import type { ScopeFollower } from './scopeFollower.ts';
import { createScopes, type Followers } from './scopes.ts';
import { subscriptionTo } from './sharing.ts';
import { createSignedIn } from './signedIn.ts';
import { createStateKeeping } from './stateKeeping.ts';
import { memoryStorage } from './storage.ts';
import { watchForWaking } from './waking.ts';
import { addressKey, type Welcome } from './wire.ts';

const each = (followers: Followers, tell: (follower: ScopeFollower) => void): void => {
  for (const follower of [...followers.values()]) tell(follower);
};

interface Surroundings {
  readonly onConnected: () => void;
  readonly onWelcome: (welcome: Welcome) => void;
  readonly onSignInRefused: (token: string) => void;
  readonly onOtherLog: () => void;
}

/** What comes over the connection, to the scopes that it is about. */
const createListener = (
  followers: Followers,
  { onConnected, onWelcome, onSignInRefused, onOtherLog }: Surroundings,
): ConnectionListener => {
  let logId: LogId | null = null;
  return {
    connected: () => {
      each(followers, (follower) => follower.connected());
      onConnected();
    },
    disconnected: () => each(followers, (follower) => follower.disconnected()),
    welcomed: (welcome) => {
      if (logId !== null && logId !== welcome.logId) onOtherLog();
      logId = welcome.logId;
      onWelcome(welcome);
    },
    batch: (batch, acknowledge) => followers.get(addressKey(batch))?.receive(batch, acknowledge),
    unsubscribed: (ended) => followers.get(addressKey(ended))?.unsubscribed(ended),
    signInRefused: onSignInRefused,
  };
};

/** What one person keeps of one server: others that use the same storage never meet it. */
const keptUnder = (url: string, { user }: Session, what: string): string => {
  const { origin, path } = serverAddress(url);
  return ['darkroom', `${origin}${path}`, user.id, what]
    .map((part) => `${encodeURIComponent(part)}/`)
    .join('');
};

/** Connects as the person of a session, and keeps what is asked for complete until it is closed. */
export const connect = (options: ConnectOptions): ConnectedClient => {
  const { url, stateStorage, tickMs = 15_000, retryMs = 500, answerMs = 10_000 } = options;
  const { outboxStorage = memoryStorage(), outboxLimit = 100, onStorageTrouble = () => {} } = options;
  const { placeReportMs = 60_000 } = options;
  const signedIn = createSignedIn(options, retryMs, () => {
    connection.renew(token());
    outbox.wake();
  });
  const token = () => signedIn.session().token;
  const kept = (what: string) => keptUnder(url, signedIn.session(), what);

  const closing = new AbortController();
  const open = new Set<() => void>();
  const http = createHttp({ url, token, closed: closing.signal, onUnauthorized: signedIn.refused, retryMs });
  const outbox = createOutbox({
    keeping: createOutboxKeeping(outboxStorage, kept('outbox'), onStorageTrouble),
    attempt: (command, key) => http.attempt(requestOf(command), key),
    limit: outboxLimit,
    retryMs,
  });
  const followers: Followers = new Map();
  const listener = createListener(followers, {
    onConnected: outbox.wake,
    onWelcome: ({ serverTime }) => signedIn.serverTimeIs(Date.parse(serverTime)),
    onSignInRefused: signedIn.refused,
    onOtherLog: http.forgetPosition,
  });
  const connection = new Connection({ url, token, reconnectMs: retryMs, answerMs }, listener);
  const keepingOf = (id: ConversationId) =>
    stateStorage === undefined
      ? null
      : createStateKeeping(stateStorage, kept('states'), id, onStorageTrouble);
  const timing = { tickMs, retryMs };
  const scopes = createScopes({
    followers,
    line: connection,
    timing,
    http,
    keepingOf,
    placeReports: createPlaceReports(placeReportMs, (shown) => connection.placesShown(shown)),
    self: options.session.user.id,
  });
  const stopWatching = watchForWaking(() => {
    connection.hurry();
    each(followers, (follower) => follower.woken());
    outbox.wake();
  });
  connection.open();

  return {
    get session() {
      return signedIn.session();
    },
    api: createApi(http),
    connection: connection.status,
    outbox,
    conversation: (id) => {
      const { scope, release } = scopes.conversations.acquire(id);
      return Object.assign(subscriptionTo(scope, release, open), {
        loadOlder: scope.loadOlder,
        ...conversationCommands(id, outbox),
      });
    },
    user: () => {
      const { scope, release } = scopes.users.acquire('user');
      return subscriptionTo(scope, release, open);
    },
    queue: () => {
      const { scope, release } = scopes.queues.acquire('queue');
      return subscriptionTo(scope, release, open);
    },
    renew: signedIn.renew,
    close: () => {
      outbox.close();
      closing.abort();
      for (const closeOne of [...open]) closeOne();
      stopWatching();
      signedIn.stop();
      connection.close();
      each(followers, (follower) => follower.close());
    },
  };
};
