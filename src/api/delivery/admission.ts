import type { IncomingMessage } from 'node:http';
import type { Config } from '../../config.ts';
import type { UserId } from '../../events/ids.ts';
import { type Authentication, SignInRefused } from '../authentication.ts';
import type { Limits } from '../limits/limits.ts';
import { loopback, parsedUrl, readOrigins } from '../origins.ts';
import type { DeliverySocket } from './connection.ts';
import { limits } from './limits.ts';
import type { Transport } from './outbox.ts';
import { handshake } from './requests.ts';

/**
 * Whether a page from where this request comes may connect. CORS doesn't guard WebSockets, so without
 * this any page could connect with whatever its visitor's browser can reach. In local mode the Host
 * must be loopback too, or a name of an attacker that resolves to 127.0.0.1 would be the same host.
 */
export const createOriginCheck = ({
  ALLOWED_ORIGINS,
  AUTH_MODE,
}: Pick<Config, 'ALLOWED_ORIGINS' | 'AUTH_MODE'>) => {
  const allowed = readOrigins(ALLOWED_ORIGINS);
  return ({ headers }: Pick<IncomingMessage, 'headers'>): boolean => {
    const host = parsedUrl(`http://${headers.host ?? ''}`);
    if (AUTH_MODE === 'local' && (host === null || !loopback.has(host.hostname))) return false;
    if (headers.origin === undefined) return true;
    const origin = parsedUrl(headers.origin);
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
  readonly allowance: Limits;
  readonly authentication: Authentication;
  /** Resolves once subscriptions can be served. */
  ready(): Promise<void>;
  /** An error that is no refusal. */
  failed(error: unknown): void;
}

/** What is known of a transport before somebody has signed in. */
interface Line {
  readonly address: string;
  readonly isTooMany: boolean;
  signIns: number;
  /** Closes it; absent once somebody is known to speak on it. */
  closing: NodeJS.Timeout | undefined;
}

export interface Admission {
  /** Counts a transport from its first moment: one that nobody signs in on costs memory as well. */
  arrive(transport: Transport): void;
  /** Middleware of the handshake: who it is, and whether they have a connection left. */
  admit(socket: DeliverySocket, next: (error?: Error) => void): void;
}

export const createAdmission = ({ allowance, authentication, ready, failed }: AdmissionParts): Admission => {
  const { connections } = allowance;
  const lines = new WeakMap<Transport, Line>();

  /** Counted until its socket or its transport is gone: one may go without the other. */
  const count = (socket: DeliverySocket, userId: UserId): void => {
    connections.person.change(userId, 1);
    let counted = true;
    const release = (): void => {
      if (counted) connections.person.change(userId, -1);
      counted = false;
    };
    socket.on('disconnect', release);
    socket.conn.on('close', release);
  };

  /**
   * In two halves: where this process stood still for longer than both, what the client has sent
   * meanwhile is read between them.
   */
  const closeLater = (line: Line, transport: Transport): void => {
    const half = limits.signInMs / 2;
    line.closing = setTimeout(() => {
      line.closing = setTimeout(() => transport.close(true), half);
    }, half);
  };

  const arrive = (transport: Transport): Line => {
    const address = allowance.addressOf(transport.request);
    const isTooMany = !connections.address.hasRoom(address);
    const line: Line = { address, isTooMany, signIns: 0, closing: undefined };
    closeLater(line, transport);
    lines.set(transport, line);
    connections.address.change(address, 1);
    transport.on('close', () => {
      clearTimeout(line.closing);
      connections.address.change(address, -1);
    });
    return line;
  };

  const lineOf = ({ conn }: DeliverySocket): Line => {
    const line = lines.get(conn) ?? arrive(conn);
    line.signIns += 1;
    if (line.isTooMany)
      throw new ConnectionRefused(
        'too_many_connections',
        'Too many connections are open from your address. Close one first.',
      );
    if (line.signIns > limits.signInsPerTransport)
      throw new ConnectionRefused('unauthenticated', 'This connection has tried to sign in too often.');
    return line;
  };

  const signIn = async (socket: DeliverySocket): Promise<void> => {
    const line = lineOf(socket);
    const given = handshake.safeParse(socket.handshake.auth);
    if (!given.success)
      throw new ConnectionRefused('unauthenticated', 'Sign in: send a token as auth.token of the handshake.');
    const signedIn = await authentication.verify(given.data.token);
    clearTimeout(line.closing);
    line.closing = undefined;
    await ready();
    const { id } = signedIn.principal;
    if (socket.conn.readyState !== 'open')
      throw new ConnectionRefused('unavailable', 'The connection is closed already.');
    if (!connections.person.hasRoom(id))
      throw new ConnectionRefused(
        'too_many_connections',
        'You have too many connections open. Close one first.',
      );
    socket.data.signedIn = signedIn;
    socket.data.address = line.address;
    count(socket, id);
  };

  /** Who was refused may try again on the same line, in time. */
  const stay = ({ conn }: DeliverySocket): void => {
    const line = lines.get(conn);
    const isOpen = conn.readyState === 'open';
    if (isOpen && line !== undefined && line.closing === undefined) closeLater(line, conn);
  };

  return {
    arrive,
    admit(socket, next) {
      signIn(socket).then(
        () => next(),
        (error: unknown) => {
          stay(socket);
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
    },
  };
};
