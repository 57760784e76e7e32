import type { ServerResponse } from 'node:http';
import type { DeliverySocket } from './connection.ts';
import type { Transport } from './outbox.ts';

/*
 * Engine.IO keeps the request that a connection began with for as long as that lasts: by the transport, and by the answer
 * to the upgrade. Socket.IO makes a handshake of it, of which only the token is read. That is more than 1 KB a client.
 */

const noHeaders = {};
const spent = { time: '', query: {}, auth: {} };

/** Only the line under it is asked for again. */
export const forgetRequest = (transport: Transport): void => {
  const { socket } = transport.request;
  Object.assign(transport, { request: { socket, connection: socket, headers: noHeaders } });
};

/** Once it has signed in. The token above all. */
export const forgetHandshake = (socket: DeliverySocket): void => {
  Object.assign(socket.handshake, spent);
};

/** A middleware of Engine.IO, the last one: nothing is added to the answer any more. */
export const forgetAnswer = (_: unknown, answer: ServerResponse, next: () => void): void => {
  Object.assign(answer, { req: null });
  next();
};
