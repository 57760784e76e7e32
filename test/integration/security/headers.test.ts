import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Person } from '../../support/httpCalls.ts';
import { type HttpServer, openHttpServer } from '../../support/httpServer.ts';

let server: HttpServer;
let ada: Person;
beforeAll(async () => {
  server = await openHttpServer();
  ada = await server.signIn();
});
afterAll(() => server.close());

/** What is answered to these bytes until the connection is closed. */
const answered = async (bytes: string): Promise<string> => {
  const socket = connect(server.port, '127.0.0.1').on('error', () => undefined);
  socket.write(bytes, 'latin1');
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
};

const headOf = (answer: string): readonly string[] => (answer.split('\r\n\r\n', 1)[0] ?? '').split('\r\n');

describe('a line break', () => {
  it.each(['%0d%0aSet-Cookie:%20a=b', '%0aSet-Cookie:%20a=b', '%E5%98%8A%E5%98%8DSet-Cookie:%20a=b'])(
    'in an address (%s) puts no header into the answer',
    async (broken) => {
      for (const path of [
        `/${broken}`,
        `/api/v1/conversations/${broken}`,
        `/api/v1/images/a?download=${broken}`,
      ]) {
        const answer = await answered(
          `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${ada.token}\r\nConnection: close\r\n\r\n`,
        );
        expect(answer).toMatch(/^HTTP\/1.1 4\d\d /);
        expect(headOf(answer).filter((line) => /^set-cookie/i.test(line))).toEqual([]);
      }
    },
  );

  it('in what a person writes stays in the body', async () => {
    const title = 'Harbour\r\nSet-Cookie: a=b';
    const answer = await ada.call('POST', '/conversations', { body: { title } });
    expect(answer.headers.get('Set-Cookie')).toBeNull();
  });

  it('in the name of a header, or a bare one in its value, is refused', async () => {
    for (const header of ['A\nB: c', 'A: b\rC: d', 'Idempotency-Key: a\u0000b'])
      expect(
        await answered(`GET /healthz HTTP/1.1\r\nHost: a\r\n${header}\r\nConnection: close\r\n\r\n`),
      ).toMatch(/^HTTP\/1.1 400 /);
  });
});

describe('a reference', () => {
  it('is the server’s own, whatever the client says that it is', async () => {
    const headers = { 'Darkroom-Reference': 'mine', 'X-Request-Id': 'mine', traceparent: 'mine' };
    const answer = await ada.call('GET', '/jobs', { headers });
    expect(answer.headers.get('Darkroom-Reference')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('lines of the log', () => {
  it('are one JSON object each, whatever an address or a name holds', async () => {
    await answered(`GET /a%0a{"level":60}\u001b[2J HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    await server.signIn(['user'], `Eve\u2028{"level":60}`);
    const lines = server.lines.join('').trim().split('\n');
    for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
    expect(lines.filter((line) => JSON.parse(line).level === 60)).toEqual([]);
  });
});
