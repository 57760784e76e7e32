import type { IncomingMessage } from 'node:http';
import type { Config } from '../../config.ts';
import type { UserId } from '../../events/ids.ts';
import { type Authentication, SignInRefused } from '../authentication.ts';
import type { DeliverySocket } from './connection.ts';
import { limits } from './limits.ts';
import type { Transport } from './outbox.ts';
import { handshake } from './requests.ts';

const loopback: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

const parsed = (url: string): URL | null => (URL.canParse(url) ? new URL(url) : null);

/**
 * Whether a page from where this request comes may connect. CORS doesn't guard WebSockets, so without
 * this any page could connect with whatever its visitor's browser can reach. In local mode the Host
 * must be loopback too, or a name of an attacker that resolves to 127.0.0.1 would be the same host.
 */
export const createOriginCheck = ({
  ALLOWED_ORIGINS,
  AUTH_MODE,
}: Pick<Config, 'ALLOWED_ORIGINS' | 'AUTH_MODE'>) => {
  const allowed = new Set(
    ALLOWED_ORIGINS.split(',').flatMap((origin) => parsed(origin.trim())?.origin ?? []),
  );
  return ({ headers }: Pick<IncomingMessage, 'headers'>): boolean => {
    const host = parsed(`http://${headers.host ?? ''}`);
    if (AUTH_MODE === 'local' && (host === null || !loopback.has(host.hostname))) return false;
    if (headers.origin === undefined) return true;
    const origin = parsed(headers.origin);
    if (origin === null) return false;
    return origin.host === headers.host?.toLowerCase() || allowed.has(origin.origin);
  };
};

export type RefusalCode = SignInRefused['code'] | 'too_many_connections' | 'unavailable';

/** As Socket.IO carries it to the client's `connect_error`. */
class ConnectionRefused extends Error {
  readonly data: { readonly code: RefusalCode; readonly detail: string };
  constructor(code: RefusalCode, detail: string) {
    super(detail);
    this.name = 'ConnectionRefused';
    this.data = { code, detail };
  }
}

export interface AdmissionParts {
  readonly config: Pick<Config, 'MAX_CONNECTIONS_PER_USER'>;
  readonly authentication: Authentication;
  /** Resolves once subscriptions can be served. */
  ready(): Promise<void>;
  /** An error that is no refusal. */
  failed(error: unknown): void;
}

/** Middleware of the handshake: who it is, and whether they have a connection left. */
export const createAdmission = ({ config, authentication, ready, failed }: AdmissionParts) => {
  const connections = new Map<UserId, number>();
  const attempts = new WeakMap<Transport, number>();

  /** Counted until its socket or its transport is gone: one may go without the other. */
  const count = (socket: DeliverySocket, userId: UserId): void => {
    connections.set(userId, (connections.get(userId) ?? 0) + 1);
    let counted = true;
    const release = (): void => {
      if (!counted) return;
      counted = false;
      const left = (connections.get(userId) ?? 1) - 1;
      if (left > 0) connections.set(userId, left);
      else connections.delete(userId);
    };
    socket.on('disconnect', release);
    socket.conn.on('close', release);
  };

  const admit = async (socket: DeliverySocket): Promise<void> => {
    const tried = attempts.get(socket.conn) ?? 0;
    attempts.set(socket.conn, tried + 1);
    if (tried >= limits.signInsPerTransport)
      throw new ConnectionRefused('unauthenticated', 'This connection has tried to sign in too often.');
    const given = handshake.safeParse(socket.handshake.auth);
    if (!given.success)
      throw new ConnectionRefused('unauthenticated', 'Sign in: send a token as auth.token of the handshake.');
    const signedIn = await authentication.verify(given.data.token);
    await ready();
    const { id } = signedIn.principal;
    if (socket.conn.readyState !== 'open')
      throw new ConnectionRefused('unavailable', 'The connection is closed already.');
    if ((connections.get(id) ?? 0) >= config.MAX_CONNECTIONS_PER_USER)
      throw new ConnectionRefused(
        'too_many_connections',
        'You have too many connections open. Close one first.',
      );
    socket.data.signedIn = signedIn;
    count(socket, id);
  };

  return (socket: DeliverySocket, next: (error?: Error) => void): void => {
    admit(socket).then(
      () => next(),
      (error: unknown) => {
        if (error instanceof ConnectionRefused) return next(error);
        if (error instanceof SignInRefused) return next(new ConnectionRefused(error.code, error.message));
        failed(error);
        next(
          new ConnectionRefused(
            'unavailable',
            'The server can not sign you in just now. Try again in a moment.',
          ),
        );
      },
    );
  };
};
