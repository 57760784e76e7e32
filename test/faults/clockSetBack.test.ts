import { afterEach, expect, it } from 'vitest';
import { z } from 'zod';
import { type HttpServer, openHttpServer } from '../support/httpServer.ts';

let server: HttpServer;
afterEach(() => server.close());

const hour = 3_600_000;
const page = z.object({ items: z.array(z.object({ text: z.string(), image: z.unknown() })) });

it('a server whose clock is set back an hour goes on: who is signed in stays so, order stays, keys replay', async () => {
  server = await openHttpServer();
  const ada = await server.signIn(['user'], 'Ada');
  const conversation = await ada.startConversation();
  const post = (text: string, key: string) =>
    ada.call('POST', `/conversations/${conversation}/messages`, {
      body: { text, image: {} },
      headers: { 'Idempotency-Key': key },
    });
  const before = await post('before', 'one');
  expect(before.status).toBe(202);
  server.clock.ahead = -hour;
  // Answered as before, and not once more.
  expect((await post('before', 'one')).body).toEqual(before.body);
  for (let n = 0; n < 20; n += 1) expect((await post(`after ${n}`, `after ${n}`)).status).toBe(202);
  expect((await server.signIn(['user'], 'Ada')).id).toBe(ada.id);
  await server.settled();
  const { items } = page.parse((await ada.call('GET', `/conversations/${conversation}/messages`)).body);
  const written = ['before', ...Array.from({ length: 20 }, (_, n) => `after ${n}`)];
  expect(items.map(({ text }) => text)).toEqual(written.toReversed());
  expect((await server.call('GET', '/readyz')).status).toBe(200);
  server.clock.ahead = 0;
  expect((await post('before', 'one')).body).toEqual(before.body);
});
