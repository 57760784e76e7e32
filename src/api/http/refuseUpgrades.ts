import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

const hopByHop: ReadonlySet<string> = new Set(['upgrade', 'connection', 'http2-settings']);

/** The head of the request as it came, but for the wish to speak another protocol. */
const plainHead = ({ method, url, rawHeaders }: IncomingMessage): Buffer => {
  const headers = rawHeaders.flatMap((name, index) =>
    index % 2 === 0 && !hopByHop.has(name.toLowerCase()) ? [`${name}: ${rawHeaders[index + 1]}`] : [],
  );
  return Buffer.from([`${method} ${url} HTTP/1.1`, ...headers, '', ''].join('\r\n'), 'latin1');
};

/**
 * Some clients ask on each new connection whether it may become HTTP/2 (Java's, curl with --http2), and
 * take the plain answer where it may not. Node gives such a request to the listeners of `upgrade`, who
 * know WebSocket alone and hang up. It is put back in front of what follows, without the wish, and the
 * connection is begun anew, so that it is answered like every other. So is who asks for a WebSocket while
 * nobody serves any, as at the start: unanswered, a client that comes back would wait for its own time limit.
 */
export const refuseUpgrades = (server: Server): void => {
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const isServed = server.listenerCount('upgrade') > 1;
    if (isServed && /^websocket$/i.test(request.headers.upgrade ?? '')) return;
    socket.unshift(Buffer.concat([plainHead(request), head]));
    server.emit('connection', socket);
  });
};
