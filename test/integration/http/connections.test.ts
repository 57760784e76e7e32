import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { v7 } from 'uuid';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createHttpServer, notReady } from '../../../src/api/http/httpServer.ts';
import { type HttpServer, openHttpServer } from '../../support/httpServer.ts';

let api: HttpServer;
beforeAll(async () => {
  api = await openHttpServer();
});
afterAll(() => api.close());

const close: (() => void)[] = [];
afterEach(() => {
  for (const each of close.splice(0)) each();
});

const listening = async (server: Server): Promise<number> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  close.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return port;
};

const everything = async (socket: Socket): Promise<string> => {
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
};

/** Everything that is answered to these bytes until the server closes the connection. */
const answered = (port: number, bytes: string): Promise<string> => {
  const socket = connect(port, '127.0.0.1');
  socket.write(bytes);
  return everything(socket);
};

const problemIn = (answer: string) => {
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  return { head, problem: body === '' ? {} : JSON.parse(body) };
};

describe('what is no request', () => {
  it.each([
    ['words', 'NONSENSE\r\n\r\n', 400, 'invalid_input'],
    [
      'headers over 16 KB',
      `GET /healthz HTTP/1.1\r\nHost: a\r\nA: ${'a'.repeat(20_000)}\r\n\r\n`,
      431,
      'headers_too_large',
    ],
    [
      'a length and chunks at once',
      'POST /api/v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
      'invalid_input',
    ],
    [
      'chunks that are none',
      'POST /api/v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
      400,
      'invalid_input',
    ],
  ])('%s, is answered with a problem, and nothing is appended', async (_what, bytes, status, code) => {
    const before = await api.log.head();
    const { head, problem } = problemIn(await answered(api.port, bytes));
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(head).toContain('Content-Type: application/problem+json');
    expect(problem).toMatchObject({
      status,
      code,
      reference: expect.any(String),
      detail: expect.any(String),
    });
    expect(await api.log.head()).toBe(before);
  });
});

describe('a slow client', () => {
  const limits = { headersTimeout: 50, requestTimeout: 100, connectionsCheckingInterval: 20 };

  it.each([
    ['headers', 'GET /healthz HTTP/1.1\r\nHost: a\r\n'],
    ['body', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n{"a"'],
  ])('that never ends its %s is told so with 408', async (_what, bytes) => {
    const server = createHttpServer((request) => request.resume(), v7, limits);
    const { head, problem } = problemIn(await answered(await listening(server), bytes));
    expect(head).toMatch(/^HTTP\/1.1 408 /);
    expect(problem).toMatchObject({ status: 408, code: 'request_timeout' });
  });

  it('gets no second answer within the first', async () => {
    const begin: RequestListener = (_request, response) => {
      response.writeHead(200, { 'Content-Length': '100' });
      response.write('begun');
    };
    const server = createHttpServer(begin, v7, limits);
    const bytes = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n{"a"';
    const answer = await answered(await listening(server), bytes).catch(() => '');
    expect(answer).not.toMatch(/ 408 |problem/);
  });
});

describe('a connection', () => {
  it('serves one request after the other, errors and refused bodies too', async () => {
    const body = '{"name":';
    const wrong = `POST /api/v1/sessions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const right = 'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n';
    const last = 'GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
    const answer = await answered(api.port, wrong + right + last);
    expect([...answer.matchAll(/HTTP\/1.1 (\d+)/g)].map(([, status]) => status)).toEqual([
      '400',
      '200',
      '200',
    ]);
  });

  it('that asks to become HTTP/2 stays HTTP/1.1, with its body and all that follows', async () => {
    const body = '{"name":"Ada"}';
    const head = `POST /api/v1/sessions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n`;
    const wish = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQ\r\n\r\n';
    const last = 'GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
    const socket = connect(api.port, '127.0.0.1');
    socket.write(head + wish + body.slice(0, 5));
    await new Promise((resolve) => setImmediate(resolve));
    socket.write(body.slice(5) + last);
    const answer = await everything(socket);
    expect([...answer.matchAll(/HTTP\/1.1 (\d+)/g)].map(([, status]) => status)).toEqual(['201', '200']);
    expect(answer).toContain('"name":"Ada"');
  });

  it('to a server that is starting or stopping is told when to come again', async () => {
    const port = await listening(createHttpServer(notReady(v7), v7));
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/jobs`);
    expect(response.status).toBe(503);
    expect(response.headers.get('Content-Type')).toMatch(/^application\/problem\+json/);
    expect(response.headers.get('Retry-After')).toBe('1');
    expect(await response.json()).toMatchObject({ status: 503, code: 'unavailable' });
  });
});
