import type { DefaultEventsMap, Socket } from 'socket.io';
import type { waysIn } from '../../commands/permissions.ts';
import type { Position, UserId } from '../../events/ids.ts';
import { type Authentication, KeysUnavailable, type SignedIn, SignInRefused } from '../authentication.ts';
import { batchText } from './encoding.ts';
import { Outbox } from './outbox.ts';
import type { PlaceCheck } from './placeChecks.ts';
import {
  invalid,
  placesShown,
  refreshRequest,
  scopeOf,
  sentTooMuch,
  subscribeRequest,
  unsubscribeRequest,
} from './requests.ts';
import type { SignedInClient, SignInTimer } from './signInTimer.ts';
import {
  type BatchMessage,
  type EndMessage,
  type Speaker,
  Subscriptions,
  type SubscriptionsParts,
} from './subscriptions.ts';

/** What the handshake found out, kept on the socket. */
export interface SocketData {
  signedIn: SignedIn;
  address: string;
}
type Anything = DefaultEventsMap;
export type DeliverySocket = Socket<Anything, Anything, Anything, SocketData>;

export interface ConnectionParts {
  readonly socket: DeliverySocket;
  readonly shared: SubscriptionsParts['shared'] & { readonly checkPlaces: PlaceCheck };
  readonly authentication: Authentication;
  readonly signInTimer: SignInTimer;
  now(): Date;
}

type Answer = (given: object) => void;
type SocketEvent = keyof typeof waysIn.socket;
type Listener = (connection: Connection, payload: unknown, answer: Answer) => Promise<void>;

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
export class Connection implements Speaker, SignedInClient {
  /** What is done with an event that a client sends; any other event is ignored. */
  static readonly listeners: ReadonlyMap<unknown, Listener> = new Map<SocketEvent, Listener>([
    ['subscribe', (connection, payload, answer) => connection.#subscribe(payload, answer)],
    ['unsubscribe', (connection, payload, answer) => connection.#unsubscribe(payload, answer)],
    ['refresh', (connection, payload, answer) => connection.#refresh(payload, answer)],
    ['places_shown', (connection, payload, answer) => connection.#placesShown(payload, answer)],
  ]);

  readonly #parts: ConnectionParts;
  readonly #outbox: Outbox;
  readonly #subscriptions: Subscriptions;

  constructor(parts: ConnectionParts) {
    const { socket, shared } = parts;
    this.#parts = parts;
    this.#outbox = new Outbox(socket.conn, () => this.#subscriptions.resumeIfRoom());
    this.#subscriptions = new Subscriptions({
      shared,
      viewer: this.#viewer,
      address: socket.data.address,
      outbox: this.#outbox,
      speaker: this,
    });
    socket.onAny((event: unknown, ...things: unknown[]) => this.#hear(event, things));
  }

  get subscriptions(): number {
    return this.#subscriptions.count;
  }

  welcome(logId: string, position: Position): void {
    const { socket, now } = this.#parts;
    socket.emit('welcome', { logId, position, serverTime: now().toISOString(), protocol: 1 });
  }

  tick(margin: number): void {
    this.#subscriptions.tick(margin);
  }

  /** Its socket is gone. */
  over(): void {
    this.#outbox.close();
    this.#subscriptions.stopAll();
  }

  /** Closes the transport without a word; nothing more is sent. */
  sendAway(): void {
    this.#subscriptions.stopAll();
    this.#parts.socket.conn.close(true);
  }

  /**
   * Says goodbye and closes the transport once that has left. The namespace isn't disconnected: a client would
   * take that for being sent away and not come back by itself.
   */
  shutDown(retryAfterMs: number): void {
    this.#parts.socket.emit('server_shutdown', { retryAfterMs });
    this.#subscriptions.endAll('server_shutdown');
    this.#parts.socket.conn.close();
  }

  get expiresAt(): number {
    return this.#parts.socket.data.signedIn.expiresAt;
  }
  expire(): void {
    this.#parts.socket.emit('token_expired');
    this.disconnect();
  }

  isConnected(): boolean {
    return this.#parts.socket.connected;
  }
  events(message: BatchMessage, onAcknowledged: () => void): void {
    this.#parts.socket.emit('events', batchText(message), onAcknowledged);
  }
  unsubscribed(message: EndMessage): void {
    this.#parts.socket.emit('unsubscribed', message);
  }
  disconnect(): void {
    this.#parts.socket.disconnect(true);
  }

  get #viewer(): UserId {
    return this.#parts.socket.data.signedIn.principal.id;
  }

  #hear(event: unknown, things: readonly unknown[]): void {
    const { payload, answer } = received(things);
    this.#handle(event, payload, answer).catch((error: unknown) => {
      this.#parts.shared.logger.error({ err: error, event }, 'an event of a client could not be handled');
      this.disconnect();
    });
  }

  /** One more event of this person, at this address; for how long to wait where that is too many. */
  #spend(): number | null {
    const { socket, shared } = this.#parts;
    const { person, address } = shared.allowance.socketEvents;
    return address.spend(socket.data.address) ?? person.spend(this.#viewer);
  }

  async #handle(event: unknown, payload: unknown, answer: Answer): Promise<void> {
    if (!this.isConnected()) return;
    const seconds = this.#spend();
    if (seconds !== null) answer(sentTooMuch(seconds));
    else await Connection.listeners.get(event)?.(this, payload, answer);
  }

  async #subscribe(payload: unknown, answer: Answer): Promise<void> {
    const request = subscribeRequest.safeParse(payload);
    if (request.success) await this.#subscriptions.subscribe(request.data, answer);
    else answer(invalid(request.error));
  }

  async #unsubscribe(payload: unknown, answer: Answer): Promise<void> {
    const request = unsubscribeRequest.safeParse(payload);
    if (request.success) await this.#subscriptions.unsubscribe(scopeOf(request.data));
    answer({ ok: true });
  }

  /** What comes of it is for who runs the server, so nothing is said of it here. */
  async #placesShown(payload: unknown, answer: Answer): Promise<void> {
    const shown = placesShown.safeParse(payload);
    if (!shown.success) return answer(invalid(shown.error));
    answer({ ok: true });
    await this.#parts.shared.checkPlaces(this.#viewer, shown.data);
  }

  async #refresh(payload: unknown, answer: Answer): Promise<void> {
    const { socket, shared, authentication, signInTimer } = this.#parts;
    const request = refreshRequest.safeParse(payload);
    const refused = (code: SignInRefused['code'] | 'unavailable', detail: string): void =>
      answer({ ok: false, code, detail });
    if (!request.success) return refused('unauthenticated', invalid(request.error).detail);
    try {
      const renewed = await authentication.verify(request.data.token);
      if (renewed.principal.id !== this.#viewer)
        return refused('unauthenticated', 'This token is of somebody else.');
      socket.data.signedIn = renewed;
      signInTimer.watch(renewed.expiresAt);
      answer({ ok: true });
    } catch (error) {
      if (error instanceof SignInRefused) return refused(error.code, error.message);
      if (!(error instanceof KeysUnavailable)) throw error;
      // The token so far is believed until it ends; there is time to ask again.
      shared.logger.warn({ err: error }, 'a token could not be checked');
      refused('unavailable', 'The server can not check tokens just now. Try again in a moment.');
    }
  }
}
