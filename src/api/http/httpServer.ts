import {
  createServer,
  type RequestListener,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { Duplex } from 'node:stream';
import { invalidInput, Problem, problemBody } from '../problems.ts';
import { refuseUpgrades } from './refuseUpgrades.ts';

/**
 * How long a client may take, in milliseconds: for the head of a request, for the whole of it (1 MiB over
 * a slow line), and between two requests: longer than the minute after which a proxy gives up its
 * connections, else it sends a request into one that is just being closed.
 */
const patience = { headersTimeout: 20_000, requestTimeout: 60_000, keepAliveTimeout: 65_000 };

const problemOfParser = (error: Error & { readonly code?: string }): Problem => {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new Problem('request_timeout', 'The request did not come in whole in time; send it again.');
  if (error.code === 'HPE_HEADER_OVERFLOW')
    return new Problem('headers_too_large', 'The headers of the request are over 16 KB; send less.');
  return invalidInput([{ path: '', message: 'it is no HTTP/1.1 that can be read' }], { cause: error });
};

/** A problem for a request that never got as far as an answer of its own. */
const rawAnswer = (problem: Problem, reference: string): string => {
  const body = JSON.stringify(problemBody(problem, reference));
  return [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'Connection: close',
    `Darkroom-Reference: ${reference}`,
    '',
    body,
  ].join('\r\n');
};

/** Node's HTTP server, patient within limits, that tells of unreadable and slow requests as problems too. */
export const createHttpServer = (
  listener: RequestListener,
  newId: () => string,
  limits: Readonly<Partial<typeof patience & { connectionsCheckingInterval: number }>> = {},
): Server => {
  const answering = new WeakMap<Duplex, ServerResponse>();
  const server = createServer({ ...patience, ...limits }, (request, response) => {
    answering.set(request.socket, response);
    listener(request, response);
  });
  server.on('clientError', (error, socket) => {
    // Within an answer that has begun a second one would be taken for its words.
    const begun =
      answering.get(socket)?.headersSent === true && answering.get(socket)?.writableEnded === false;
    if (!socket.writable || begun) socket.destroy(error);
    else socket.end(rawAnswer(problemOfParser(error), newId()), () => socket.destroy());
  });
  refuseUpgrades(server);
  return server;
};

/** While the other parts are being opened or closed. */
export const notReady =
  (
    newId: () => string,
    why = 'The server is starting or stopping; try again in a second.',
  ): RequestListener =>
  (_request, response) => {
    const problem = new Problem('unavailable', why);
    response
      .writeHead(problem.status, {
        'Content-Type': 'application/problem+json; charset=utf-8',
        'Cache-Control': 'no-store',
        'Retry-After': '1',
        // Who asks again comes by a new connection: a proxy leads it to a process that goes on.
        Connection: 'close',
      })
      .end(JSON.stringify(problemBody(problem, newId())));
  };

/** While a store that it can't do without is away: the process itself is well, and to end it would help nobody. */
export const waitingFor = (why: string, newId: () => string): RequestListener => {
  const comeAgain = notReady(newId, `The server waits for a store. ${why}`);
  return (request, response) => {
    if (request.url !== '/healthz') return comeAgain(request, response);
    response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8' });
    response.end(JSON.stringify({ status: 'ok' }));
  };
};
