import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, type Socket } from 'socket.io';
import { vi } from 'vitest';
import type {
  Address,
  ClientToServer,
  EventBatch,
  RefreshAnswer,
  ServerToClient,
  SubscribeAnswer,
  SubscribeRequest,
  Welcome,
} from '../../src/client/wire.ts';
import { type LogId, startOfLog } from '../../src/events/ids.ts';

/** A request over HTTP, as the server saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface ScriptedAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | object;
  /** Breaks the line instead of answering. */
  readonly lost?: boolean;
}

type Line = Socket<ClientToServer, ServerToClient>;

export const scriptedLog = '00000000-0000-7000-8000-0000000000aa' as LogId;
export const otherLog = '00000000-0000-7000-8000-0000000000bb' as LogId;

/**
 * A real server whose every answer the test decides: what it says to each subscribe and each request,
 * and which batches come when. It keeps what clients said, in order.
 */
export const openScriptedServer = async () => {
  const subscribes: SubscribeRequest[] = [];
  const unsubscribes: Address[] = [];
  const acknowledged: string[] = [];
  const requests: SeenRequest[] = [];
  const tokens: unknown[] = [];
  const refreshed: string[] = [];
  const script = {
    /** null: no answer at all. */
    subscribe: (_: SubscribeRequest): SubscribeAnswer | null => null,
    respond: (_: SeenRequest): ScriptedAnswer => ({ status: 404, body: { code: 'not_found' } }),
    /** An answer waits for this. */
    delay: (): Promise<void> => Promise.resolve(),
    /** The code with which the next connection is refused. */
    refuse: null as string | null,
    refresh: (): RefreshAnswer => ({ ok: true }),
    welcome: { logId: scriptedLog, position: startOfLog, serverTime: '', protocol: 1 } as Welcome,
  };

  const http = createServer((incoming, response) => {
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.on('end', () => {
      const { method = '', url = '', headers } = incoming;
      const seen = { method, path: url, headers, body: Buffer.concat(parts).toString() };
      requests.push(seen);
      const { status, headers: more, body, lost } = script.respond(seen);
      if (lost === true) {
        incoming.socket.destroy();
        return;
      }
      const type = typeof body === 'string' ? 'text/html' : 'application/json';
      void script.delay().then(() => {
        response.writeHead(status, { 'Content-Type': type, ...more });
        response.end(typeof body === 'string' ? body : JSON.stringify(body));
      });
    });
  });
  const server = new Server<ClientToServer, ServerToClient>(http, { transports: ['websocket'] });
  server.use((socket, next) => {
    tokens.push(socket.handshake.auth.token);
    const code = script.refuse;
    next(code === null ? undefined : Object.assign(new Error(code), { data: { code } }));
  });
  let line: Line | null = null;
  let connections = 0;
  server.on('connection', (socket) => {
    line = socket;
    connections += 1;
    socket.emit('welcome', script.welcome);
    socket.on('subscribe', (request, answered) => {
      subscribes.push(request);
      const answer = script.subscribe(request);
      if (answer !== null) answered(answer);
    });
    socket.on('unsubscribe', (address, answered) => {
      unsubscribes.push(address);
      answered({ ok: true });
    });
    socket.on('refresh', ({ token }, answered) => {
      refreshed.push(token);
      answered(script.refresh());
    });
  });
  const listen = (port: number) => new Promise<void>((resolve) => http.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = http.address() as AddressInfo;

  const connected = (): Line => {
    if (line === null) throw new Error('nobody has connected yet');
    return line;
  };

  return {
    url: `http://127.0.0.1:${port}`,
    script,
    ...{ subscribes, unsubscribes, acknowledged, requests, tokens, refreshed },
    connections: () => connections,
    /** Sends a batch; its `through` is kept once it is acknowledged. */
    send: (batch: EventBatch) => {
      connected().emit('events', batch, () => acknowledged.push(batch.through));
    },
    tell: connected,
    /** Breaks the line as a network does: nobody says goodbye. */
    breakLine: () => {
      connected().conn.close();
    },
    untilSubscribed: (times: number) =>
      vi.waitFor(() => {
        if (subscribes.length < times) throw new Error(`${subscribes.length} subscribes of ${times}`);
      }, 5_000),
    close: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  };
};

export type ScriptedServer = Awaited<ReturnType<typeof openScriptedServer>>;
