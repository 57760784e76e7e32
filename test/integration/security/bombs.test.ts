import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Person } from '../../support/httpCalls.ts';
import { type HttpServer, openHttpServer } from '../../support/httpServer.ts';

let server: HttpServer;
let ada: Person;
let conversation: string;
beforeAll(async () => {
  server = await openHttpServer();
  ada = await server.signIn();
  conversation = await ada.startConversation();
});
afterAll(() => server.close());

const megabyte = 1_048_576;
const path = () => `/conversations/${conversation}/messages`;

/** Whether the next one is served. */
const expectServed = async (): Promise<void> => {
  expect((await ada.call('GET', '/jobs')).status).toBe(200);
};

describe('a megabyte of nested arrays', () => {
  const nested = (bytes: number): string => '['.repeat(bytes / 2) + ']'.repeat(bytes / 2);

  it.each<[string, string, number]>([
    ['as the whole body', nested(megabyte), 400],
    ['in metadata', `{"text":"a","metadata":{"a":${nested(megabyte - 64)}}}`, 400],
    ['in a field that does not exist', `{"text":"a","b":${nested(megabyte - 64)}}`, 400],
    [
      'of objects, in metadata',
      `{"text":"a","metadata":${'{"a":'.repeat(150_000)}1${'}'.repeat(150_000)}}`,
      400,
    ],
  ])('%s is refused, and others are served', async (_, raw, status) => {
    const answer = await ada.call('POST', path(), { raw, headers: { 'Idempotency-Key': 'nested' } });
    expect([answer.status, answer.body.code]).toEqual([status, 'invalid_input']);
    await expectServed();
  });
});

describe('a body of 64 KB that unpacks to 64 MB', () => {
  it('is refused, also where it is packed twice', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * megabyte, 'a'));
    for (const [packed, encoding] of [
      [bomb, 'gzip'],
      [gzipSync(bomb), 'gzip, gzip'],
    ] as const) {
      const headers = { 'Content-Encoding': encoding };
      const answer = await ada.call('POST', path(), { raw: new Uint8Array(packed), headers });
      expect([answer.status, answer.body.code]).toEqual(
        encoding === 'gzip' ? [413, 'body_too_large'] : [415, 'unsupported_media_type'],
      );
    }
    await expectServed();
  });
});

describe('a body that never ends', () => {
  it('is answered when it is too large, and cut off', async () => {
    const socket = connect(server.port, '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk) => {
      answer += String(chunk);
    });
    socket.on('error', () => undefined);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(
      `POST /api/v1${path()} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${ada.token}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`,
    );
    const chunk = `10000\r\n${' '.repeat(65_536)}\r\n`;
    let sent = 0;
    const send = (): void => {
      while (!socket.destroyed && sent < 64 * megabyte && socket.write(chunk)) sent += 65_536;
    };
    socket.on('drain', send);
    send();
    await closed;
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
    expect(answer).toContain('body_too_large');
    expect(sent).toBeLessThan(64 * megabyte);
    await expectServed();
  });
});
