import type { Logger } from 'pino';
import type { DefaultEventsMap, Socket } from 'socket.io';
import type { Position } from '../../events/ids.ts';
import { type Authentication, KeysUnavailable, type SignedIn, SignInRefused } from '../authentication.ts';
import { BatchText } from './encoding.ts';
import { createOutbox } from './outbox.ts';
import { invalid, refreshRequest, scopeOf, subscribeRequest, unsubscribeRequest } from './requests.ts';
import { createSignInTimer } from './signInTimer.ts';
import { createSubscriptions, type Speaker, type SubscriptionsParts } from './subscriptions.ts';

/** What the handshake found out, kept on the socket. */
export interface SocketData {
  signedIn: SignedIn;
}
type Anything = DefaultEventsMap;
export type DeliverySocket = Socket<Anything, Anything, Anything, SocketData>;

export interface ConnectionParts {
  readonly socket: DeliverySocket;
  readonly shared: SubscriptionsParts['shared'];
  readonly authentication: Authentication;
  readonly logger: Logger;
  now(): Date;
}

type Answer = (given: object) => void;
type Handle = (payload: unknown, answer: Answer) => Promise<void>;

/**
 * What a client sent with an event, whatever it is. The first thing is the payload; a function at the
 * end, which only Socket.IO can have put there, is the acknowledgement. A client that didn't ask for one gets none.
 */
const received = (things: readonly unknown[]): { payload: unknown; answer: Answer } => {
  const last = things.at(-1);
  const payload = typeof things[0] === 'function' ? undefined : things[0];
  return { payload, answer: typeof last === 'function' ? (given) => void last(given) : () => {} };
};

/** One signed-in client. Nothing that it sends makes a listener throw: that would end the process. */
export const createConnection = ({ socket, shared, authentication, logger, now }: ConnectionParts) => {
  let { signedIn } = socket.data;
  const viewer = signedIn.principal.id;
  const outbox = createOutbox(socket.conn);
  const speaker: Speaker = {
    isConnected: () => socket.connected,
    events: (message, onAcknowledged) => void socket.emit('events', new BatchText(message), onAcknowledged),
    unsubscribed: (message) => void socket.emit('unsubscribed', message),
    disconnect: () => void socket.disconnect(true),
  };
  const subscriptions = createSubscriptions({ shared, viewer, logger, outbox, speaker });
  const signInTimer = createSignInTimer(now, () => {
    socket.emit('token_expired');
    socket.disconnect(true);
  });

  const subscribe: Handle = async (payload, answer) => {
    const request = subscribeRequest.safeParse(payload);
    if (request.success) await subscriptions.subscribe(request.data, answer);
    else answer(invalid(request.error));
  };
  const unsubscribe: Handle = async (payload, answer) => {
    const request = unsubscribeRequest.safeParse(payload);
    if (request.success) await subscriptions.unsubscribe(scopeOf(request.data));
    answer({ ok: true });
  };
  const refresh: Handle = async (payload, answer) => {
    const request = refreshRequest.safeParse(payload);
    const refused = (code: SignInRefused['code'] | 'unavailable', detail: string): void =>
      answer({ ok: false, code, detail });
    if (!request.success) return refused('unauthenticated', invalid(request.error).detail);
    try {
      const renewed = await authentication.verify(request.data.token);
      if (renewed.principal.id !== viewer)
        return refused('unauthenticated', 'This token is of somebody else.');
      signedIn = renewed;
      if (socket.connected) signInTimer.expireAt(renewed.expiresAt);
      answer({ ok: true });
    } catch (error) {
      if (error instanceof SignInRefused) return refused(error.code, error.message);
      if (!(error instanceof KeysUnavailable)) throw error;
      // The token so far is believed until it ends; there is time to ask again.
      logger.warn({ err: error }, 'a token could not be checked');
      refused('unavailable', 'The server can not check tokens just now. Try again in a moment.');
    }
  };

  const listen = (event: string, handle: Handle): void => {
    socket.on(event, (...things: unknown[]) => {
      const { payload, answer } = received(things);
      handle(payload, answer).catch((error: unknown) => {
        logger.error({ err: error, event }, 'an event of a client could not be handled');
        speaker.disconnect();
      });
    });
  };

  // A packet that can't be read arrives as `error`, which would be thrown if nobody listened.
  socket.on('error', (error: unknown) =>
    logger.debug({ err: error, viewer }, 'a client sent what is no packet'),
  );
  listen('subscribe', subscribe);
  listen('unsubscribe', unsubscribe);
  listen('refresh', refresh);
  socket.on('disconnect', () => {
    signInTimer.stop();
    subscriptions.stopAll();
  });
  outbox.onRoom(() => subscriptions.resumeIfRoom());
  signInTimer.expireAt(signedIn.expiresAt);

  return {
    welcome(logId: string, position: Position): void {
      socket.emit('welcome', { logId, position, serverTime: now().toISOString(), protocol: 1 });
    },
    tick: (margin: number): void => subscriptions.tick(margin),
    subscriptions: (): number => subscriptions.count(),
    /**
     * Says goodbye and closes the transport once that has left. The namespace isn't disconnected: a client would
     * take that for being sent away and not come back by itself.
     */
    shutDown(retryAfterMs: number): void {
      socket.emit('server_shutdown', { retryAfterMs });
      subscriptions.endAll('server_shutdown');
      socket.conn.close();
    },
  };
};

export type Connection = ReturnType<typeof createConnection>;
