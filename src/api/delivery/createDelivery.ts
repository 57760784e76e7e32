import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Logger } from 'pino';
import { type DefaultEventsMap, Server } from 'socket.io';
import { Decoder } from 'socket.io-parser';
import type { Config } from '../../config.ts';
import { startOfLog } from '../../events/ids.ts';
import type { EventLog } from '../../events/log/eventLog.ts';
import type { Authentication } from '../authentication.ts';
import type { Limits } from '../limits/limits.ts';
import { createAdmission, createOriginCheck } from './admission.ts';
import { comeBackAfterMs } from './comeBack.ts';
import { Connection, type SocketData } from './connection.ts';
import { DeliveryEncoder } from './encoding.ts';
import { createFairTurns } from './fairTurns.ts';
import { createFeed, type FeedHealth } from './feed.ts';
import { guardTransport } from './flood.ts';
import { forgetAnswer, forgetHandshake, forgetRequest } from './forgetting.ts';
import { createInterests } from './interests.ts';
import { limits } from './limits.ts';
import type { Transport } from './outbox.ts';
import type { DeliveryReadModel } from './pages.ts';
import { noPlaceCheck, type PlaceCheck } from './placeChecks.ts';
import { type DeliveryReport, noReport } from './report.ts';
import { createSignInTimer } from './signInTimer.ts';
import { createTurnstile } from './turnstile.ts';

export type DeliveryConfig = Pick<
  Config,
  'ALLOWED_ORIGINS' | 'AUTH_MODE' | 'TICK_MS' | 'SLOW_CONSUMER_MS' | 'REPLAY_LIMIT' | 'MAX_SUBSCRIPTIONS'
>;

export interface DeliveryParts {
  readonly config: DeliveryConfig;
  readonly log: EventLog;
  readonly readModel: DeliveryReadModel;
  readonly authentication: Authentication;
  /** How much people and addresses may have and send. */
  readonly allowance: Limits;
  readonly logger: Logger;
  readonly now: () => Date;
  /** Is told what is sent. */
  readonly report?: DeliveryReport;
  /** Is given the places that clients say they show. */
  readonly checkPlaces?: PlaceCheck;
}

export interface DeliveryHealth extends FeedHealth {
  readonly connections: number;
  readonly subscriptions: number;
  /** Reads for subscriptions that begin or catch up: going on, and waiting for their turn. */
  readonly reading: number;
  readonly waiting: number;
}

export interface Delivery {
  /** Serves Socket.IO on this server. Closing the server is left to whoever opened it. */
  attach(server: HttpServer): void;
  /** Takes no more connections, says goodbye to those there are, and stops following the log. */
  close(): Promise<void>;
  health(): DeliveryHealth;
}

type Anything = DefaultEventsMap;

const socketOptions = {
  transports: ['websocket' as const],
  serveClient: false,
  maxHttpBufferSize: limits.inboundBytes,
  connectTimeout: limits.connectMs,
  parser: { Encoder: DeliveryEncoder, Decoder },
};

/** Delivery of the log to browsers: docs/protocol.md, "Socket.IO". */
export const createDelivery = (parts: DeliveryParts): Delivery => {
  const { config, log, readModel, authentication, allowance, logger, now } = parts;
  const { report = noReport, checkPlaces = noPlaceCheck } = parts;
  const connections = new Set<Connection>();
  const signInTimer = createSignInTimer(now, connections);
  const interests = createInterests();
  const turns = createFairTurns(limits.readsAtOnce);
  const turnstile = createTurnstile(limits.perTurn);
  const feed = createFeed({ log, logger, hand: interests.hand });
  const reading = { log, readModel, feed, interests, turns, turnstile };
  const shared = { config, ...reading, logger, report, checkPlaces, allowance };
  // A client with all its subscriptions must be able to ask for them again at once.
  const burst = Math.max(limits.inboundBurst, 2 * config.MAX_SUBSCRIPTIONS);
  const mayConnect = createOriginCheck(config);
  const mayAsk = (request: IncomingMessage): boolean =>
    allowance.requests.address.spend(allowance.addressOf(request)) === null;
  let closing = false;
  let attached = false;

  const io = new Server<Anything, Anything, Anything, SocketData>({
    ...socketOptions,
    allowRequest: (request, decide) =>
      turnstile.pass(() => decide(null, !closing && mayConnect(request) && mayAsk(request))),
  });
  const cutOff = (): void => logger.warn('a client sends too much; it is cut off');
  const failed = (error: unknown): void => logger.error({ err: error }, 'a client could not be signed in');
  const ready = async (): Promise<void> => {
    await feed.ready;
    await turnstile.passed();
  };
  const admission = createAdmission({ allowance, authentication, ready, failed });
  io.use(admission.admit);
  io.on('connection', (socket) => {
    forgetHandshake(socket);
    const connection = new Connection({ socket, shared, authentication, signInTimer, now });
    connections.add(connection);
    signInTimer.watch(connection.expiresAt);
    socket.on('disconnect', () => {
      connection.over();
      connections.delete(connection);
    });
    connection.welcome(log.logId, feed.handedOut() ?? startOfLog);
  });

  // One timer for all: every subscription is looked at so often that none is later than its setting.
  const margin = Math.max(20, Math.min(config.TICK_MS, config.SLOW_CONSUMER_MS) / 5);
  const ticking = setInterval(() => {
    for (const connection of [...connections]) connection.tick(margin);
  }, margin);

  /** Until what was said last has left and every client knows; not for ever: one may not be reading. */
  const allGone = async (): Promise<void> => {
    // Heard by itself: `once` of node:events rejects where the line breaks, and a broken line is gone too.
    const closed = [...io.sockets.sockets.values()].map(
      (socket) => new Promise((resolve) => socket.conn.request.socket.once('close', resolve)),
    );
    let deadline: NodeJS.Timeout | undefined;
    const enough = new Promise<void>((resolve) => {
      deadline = setTimeout(resolve, limits.farewellMs);
    });
    await Promise.race([Promise.all(closed), enough]);
    clearTimeout(deadline);
  };

  return {
    attach(server) {
      io.attach(server);
      attached = true;
      io.engine.use(forgetAnswer);
      io.engine.on('connection', (transport: Transport) => {
        guardTransport(transport, burst, cutOff);
        admission.arrive(transport);
        forgetRequest(transport);
      });
    },
    async close() {
      closing = true;
      clearInterval(ticking);
      const gone = allGone();
      for (const connection of [...connections]) connection.shutDown(comeBackAfterMs(connections.size));
      await gone;
      signInTimer.stop();
      if (attached) io.engine.close();
      await feed.close();
    },
    health: () => ({
      ...feed.health(),
      connections: connections.size,
      subscriptions: [...connections].reduce((sum, each) => sum + each.subscriptions, 0),
      reading: turns.running(),
      waiting: turns.waiting(),
    }),
  };
};
