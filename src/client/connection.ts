import { io, type Socket } from 'socket.io-client';
import { serverAddress } from './address.ts';
import { backoff } from './backoff.ts';
import type { ConnectionState } from './client.ts';
import { createStore } from './observable.ts';
import type {
  Address,
  ClientToServer,
  EventBatch,
  PlacesShown,
  ServerToClient,
  SubscribeAnswer,
  SubscribeRequest,
  Unsubscribed,
  Welcome,
} from './wire.ts';

/** Whom the connection tells what comes. */
export interface ConnectionListener {
  connected(): void;
  disconnected(): void;
  welcomed(welcome: Welcome): void;
  batch(batch: EventBatch, acknowledge: () => void): void;
  unsubscribed(ended: Unsubscribed): void;
  /** This token isn't believed any more. */
  signInRefused(token: string): void;
}

export interface ConnectionOptions {
  readonly url: string;
  readonly token: () => string;
  /** The first pause before connecting again; it grows to 10 s. */
  readonly reconnectMs: number;
  /** An answer that takes longer is taken for lost. */
  readonly answerMs: number;
}

const longestPause = 10_000;

/** Of a server that asks for no acknowledgement. */
const unasked = (): void => {};

const refusalCode = (error: Error & { readonly data?: unknown }): unknown => {
  const { data } = error;
  return typeof data === 'object' && data !== null && 'code' in data ? data.code : null;
};

/**
 * The one socket of a client. It comes back by itself, whatever ended it, but for a refused sign-in; not
 * by Socket.IO's own means, which can't be hurried. WebSocket only, for the server takes nothing else.
 */
export class Connection {
  readonly status = createStore<ConnectionState>('connecting');
  readonly #options: ConnectionOptions;
  readonly #listener: ConnectionListener;
  readonly #socket: Socket<ServerToClient, ClientToServer>;
  #comingBack: ReturnType<typeof setTimeout> | null = null;
  #attempts = 0;
  #isClosed = false;
  /** What the server was shown last. */
  #token = '';

  constructor(options: ConnectionOptions, listener: ConnectionListener) {
    this.#options = options;
    this.#listener = listener;
    const { origin, path } = serverAddress(options.url);
    this.#socket = io(origin, {
      path: `${path}/socket.io`,
      transports: ['websocket'],
      // Two clients in one program are two connections, with a token each.
      forceNew: true,
      autoConnect: false,
      reconnection: false,
      auth: (give) => {
        this.#token = options.token();
        give({ token: this.#token });
      },
    });
    this.#listen();
  }

  get isConnected(): boolean {
    return this.#socket.connected;
  }

  open(): void {
    this.#socket.connect();
  }

  close(): void {
    this.#isClosed = true;
    this.#stop();
  }

  /** Whatever is waited for before connecting again, now is a good time. */
  hurry(): void {
    if (this.#comingBack !== null) this.#returnAfter(0);
  }

  /** `answered` is called once: with the answer, or with null where it was lost. */
  subscribe(request: SubscribeRequest, answered: (answer: SubscribeAnswer | null) => void): void {
    this.#socket
      .timeout(this.#options.answerMs)
      .emit('subscribe', request, (error, answer) => answered(error === null ? answer : null));
  }

  unsubscribe(address: Address): void {
    // Nothing depends on the answer, and without a connection there is nothing to end.
    if (this.isConnected) this.#socket.emit('unsubscribe', address, () => undefined);
  }

  /** Nobody here depends on it: what can't be sent now is left out. */
  placesShown(shown: PlacesShown): void {
    if (this.isConnected) this.#socket.emit('places_shown', shown);
  }

  /** A new token was got: shown to the server at once where connected, else connected with. */
  renew(token: string): void {
    if (this.#isClosed) return;
    if (!this.isConnected) {
      this.#returnAfter(0);
      return;
    }
    this.#token = token;
    this.#socket.emit('refresh', { token }, (answer) => {
      if (answer.ok) return;
      // The server can't check tokens just now: asked for again by connecting, after a pause.
      if (answer.code === 'unavailable') this.#socket.disconnect();
      else this.#refused();
    });
  }

  #listen(): void {
    const socket = this.#socket;
    socket.on('connect', () => this.#connected());
    socket.on('disconnect', () => this.#disconnected());
    socket.on('connect_error', (error) => this.#failed(error));
    socket.on('welcome', (welcome) => this.#listener.welcomed(welcome));
    socket.on('unsubscribed', (ended) => this.#listener.unsubscribed(ended));
    socket.on('token_expired', () => this.#refused());
    socket.on('events', (batch, acknowledge = unasked) => this.#listener.batch(batch, acknowledge));
    socket.on('server_shutdown', ({ retryAfterMs }) => {
      socket.disconnect();
      this.#returnAfter(retryAfterMs);
    });
  }

  #connected(): void {
    this.#attempts = 0;
    this.status.set('connected');
    this.#listener.connected();
  }

  #disconnected(): void {
    this.#listener.disconnected();
    if (this.#isClosed || this.status.state === 'offline') return;
    this.status.set('reconnecting');
    this.#returnLater();
  }

  #failed(error: Error): void {
    const code = refusalCode(error);
    if (code === 'unauthenticated' || code === 'token_expired') this.#refused();
    else this.#returnLater();
  }

  #refused(): void {
    this.#stop();
    this.#listener.signInRefused(this.#token);
  }

  #stop(): void {
    this.status.set('offline');
    if (this.#comingBack !== null) clearTimeout(this.#comingBack);
    this.#comingBack = null;
    this.#socket.disconnect();
  }

  #returnLater(): void {
    this.#returnAfter(backoff(this.#attempts, this.#options.reconnectMs, longestPause));
    this.#attempts += 1;
  }

  #returnAfter(milliseconds: number): void {
    if (this.#comingBack !== null) clearTimeout(this.#comingBack);
    if (this.status.state === 'offline') this.status.set('connecting');
    this.#comingBack = setTimeout(() => {
      this.#comingBack = null;
      this.#socket.connect();
    }, milliseconds);
  }
}
