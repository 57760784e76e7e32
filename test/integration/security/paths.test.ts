import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Person } from '../../support/httpCalls.ts';
import { type HttpServer, openHttpServer } from '../../support/httpServer.ts';

let server: HttpServer;
let mallory: Person;
beforeAll(async () => {
  server = await openHttpServer();
  mallory = await server.signIn(['operator', 'auditor']);
  await mkdir(join(server.folder, 'web'), { recursive: true });
  await writeFile(join(server.folder, 'web', 'index.html'), 'the page');
});
afterAll(() => server.close());

/** Sent as it stands: `fetch` would tidy the path up first. */
const answered = async (path: string): Promise<string> => {
  const socket = connect(server.port, '127.0.0.1');
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${mallory.token}\r\nConnection: close\r\n\r\n`,
  );
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
};

const ways = (up: string): readonly string[] => [
  `${up}sign-in-secret`,
  `${up}${up}sign-in-secret`,
  `${up}events.db`,
  `${up}keys`,
  `${up}${up}${up}${up}${up}${up}etc/passwd`,
];

it.each([
  '../',
  '..%2f',
  '..%2F',
  '%2e%2e/',
  '%2e%2e%2f',
  '..%5c',
  '..\\',
  '%252e%252e%252f',
  '....//',
  '..;/',
  '%c0%ae%c0%ae/',
])(
  'a path that goes up by %s leads to no file, neither as the id of an image nor as one of the page',
  async (up) => {
    for (const way of ways(up))
      for (const begin of ['/api/v1/images/', '/', '/assets/'])
        expect(await answered(`${begin}${way}`)).toMatch(/^HTTP\/1.1 (400|404) /);
  },
);

it.each([
  'a'.repeat(64).toUpperCase(),
  'a'.repeat(63),
  `${'a'.repeat(64)}.png`,
  `aa/${'a'.repeat(64)}`,
  `${'a'.repeat(64)}%00`,
])('what is no id of an image is not found: %s', async (id) => {
  expect(await answered(`/api/v1/images/${id}`)).toMatch(/^HTTP\/1.1 (400|404) /);
});
