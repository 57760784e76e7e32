import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Person } from '../../support/httpCalls.ts';
import { type HttpServer, openHttpServer } from '../../support/httpServer.ts';

let server: HttpServer;
beforeAll(async () => {
  server = await openHttpServer();
});
afterAll(() => server.close());

/** Somebody with three conversations, a message and a picture in each; and their word, in all of it. */
const someone = async (word: string): Promise<Person> => {
  const person = await server.signIn();
  for (let n = 0; n < 3; n += 1) {
    const id = await person.startConversation({ title: word });
    await person.post(id, { text: word, image: { prompt: word } });
  }
  await server.settled();
  return person;
};

describe('a cursor of somebody else', () => {
  it.each(['/conversations?limit=1', '/jobs?limit=1'])('leads to nothing of theirs at %s', async (path) => {
    const [ada, mallory] = [await someone('adas-secret'), await someone('own')];
    const page = await ada.call('GET', path);
    expect(page.text).toContain('adas-secret');
    const cursor = encodeURIComponent(String(page.body.nextCursor));
    const stolen = await mallory.call('GET', `${path}&cursor=${cursor}`);
    expect(stolen.text).not.toContain('adas-secret');
    expect([200, 400]).toContain(stolen.status);
  });

  it('of a conversation is not found where the conversation is not', async () => {
    const [ada, mallory] = [await server.signIn(), await server.signIn()];
    const id = await ada.startConversation();
    for (const text of ['one', 'two']) await ada.post(id, { text });
    await server.settled();
    const { body } = await ada.call('GET', `/conversations/${id}/messages?limit=1`);
    const cursor = encodeURIComponent(String(body.nextCursor));
    const stolen = await mallory.call('GET', `/conversations/${id}/messages?limit=1&cursor=${cursor}`);
    expect([stolen.status, stolen.body.code]).toEqual([404, 'not_found']);
    const own = await mallory.startConversation();
    const elsewhere = await mallory.call('GET', `/conversations/${own}/messages?limit=1&cursor=${cursor}`);
    expect(elsewhere.text).not.toMatch(/"text":"(one|two)"/);
  });

  it.each(['x', '%00', '{"$gt":""}', '../..', 'a'.repeat(5_000), '-1', '1e9', 'null', '💥'])(
    'that was made up (%.20s) is refused',
    async (cursor) => {
      const mallory = await server.signIn();
      const answer = await mallory.call('GET', `/conversations?cursor=${encodeURIComponent(cursor)}`);
      expect([answer.status, answer.body.code]).toEqual([400, 'invalid_input']);
    },
  );
});
