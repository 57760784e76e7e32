import { z } from 'zod';
import type { waysIn } from '../../commands/permissions.ts';
import { position } from '../../events/ids.ts';
import {
  handshake,
  placesShown,
  refreshRequest,
  subscribeRequest,
  unsubscribeRequest,
} from '../delivery/requests.ts';
import { anyPublicEvent, publicEvents, queueChanges } from './eventShapes.ts';
import * as shapes from './shapes.ts';

const uuid = z.uuid();
const ok = z.literal(true);
const sentence = z.string();

const address = { scope: z.enum(['conversation', 'queue', 'user']), id: uuid.optional() };

const conversationSnapshot = z.strictObject({
  conversation: shapes.conversation,
  messages: z.array(shapes.message),
  nextCursor: z.string().nullable(),
});
const userSnapshot = z.strictObject({
  conversations: z.array(shapes.conversation),
  jobs: z.array(shapes.job),
});
const queueSnapshot = z.strictObject({
  paused: z.boolean(),
  waiting: z.array(shapes.waitingJob),
  running: z.int().min(0),
  waitingCount: z.int().min(0),
});
const whole = {
  ok,
  snapshot: z.union([conversationSnapshot, userSnapshot, queueSnapshot]),
  position,
  logId: uuid,
};

const refusedWith = <const Code extends string>(...codes: readonly Code[]) =>
  z.strictObject({ ok: z.literal(false), code: z.enum(codes), detail: sentence });

export const subscribeAnswer = z.union([
  z.strictObject({ ...whole, mode: z.literal('snapshot') }),
  z.strictObject({ ok, mode: z.literal('replay'), from: position, until: position, logId: uuid }),
  z.strictObject({ ...whole, mode: z.literal('reset'), reason: z.enum(['other_log', 'future', 'too_old']) }),
  refusedWith('invalid', 'not_found', 'too_many_subscriptions', 'unavailable'),
]);

const batch = z.strictObject({
  ...address,
  events: z.array(z.union([anyPublicEvent, ...Object.values(queueChanges)])).max(200),
  after: position,
  through: position,
  live: z.boolean(),
});

/** A message that is acknowledged is answered; to one without an answer there is none. */
interface SocketMessage {
  readonly says: string;
  readonly payload: z.ZodType;
  readonly answer?: z.ZodType;
}

/** What a client sends: everything that a socket listens to. */
export const clientMessages = {
  subscribe: {
    says: 'Asks for a scope: its state, or what was missed since `after`; then all that happens in it.',
    payload: subscribeRequest,
    answer: subscribeAnswer,
  },
  unsubscribe: {
    says: 'Ends a subscription.',
    payload: unsubscribeRequest,
    answer: z.strictObject({ ok }),
  },
  refresh: {
    says: 'Another token of the same person, before the one so far expires.',
    payload: refreshRequest,
    answer: z.union([z.strictObject({ ok }), refusedWith('unauthenticated', 'token_expired', 'unavailable')]),
  },
  places_shown: {
    says: 'Places of own jobs as the client shows them, so that the server can compare a sample with the log.',
    payload: placesShown,
    answer: z.union([z.strictObject({ ok }), refusedWith('invalid')]),
  },
} as const satisfies Readonly<Record<keyof typeof waysIn.socket, SocketMessage>>;

/** What the server sends. */
export const serverMessages = {
  welcome: {
    says: 'The first message of a connection.',
    payload: z.strictObject({
      ...{ logId: uuid, position, serverTime: z.iso.datetime({ precision: 3 }), protocol: z.literal(1) },
    }),
  },
  events: {
    says: 'A batch; it is acknowledged, without arguments, once it is applied.',
    payload: batch,
    answer: z.null(),
  },
  unsubscribed: {
    says: 'The server ends a subscription.',
    payload: z.strictObject({
      ...address,
      code: z.enum(['permission_lost', 'slow_consumer', 'server_shutdown']),
      resume: position,
    }),
  },
  token_expired: { says: 'The token has expired; the connection is closed.', payload: z.null() },
  server_shutdown: {
    says: 'The server stops: come back after so many milliseconds.',
    payload: z.strictObject({ retryAfterMs: z.number().min(0) }),
  },
} as const satisfies Readonly<Record<string, SocketMessage>>;

export type ServerMessage = keyof typeof serverMessages;

export const refusedConnection = z.strictObject({
  code: z.enum(['unauthenticated', 'token_expired', 'too_many_connections', 'unavailable']),
  detail: sentence,
});

export type { SocketMessage };
export { handshake, publicEvents };
