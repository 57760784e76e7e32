import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { messageId as idOfMessage } from '../../../src/events/ids.ts';
import { type HttpServer, openHttpServer } from '../../support/httpServer.ts';

let server: HttpServer;
beforeAll(async () => {
  server = await openHttpServer();
});
afterAll(() => server.close());

/** Somebody with two conversations of two messages each, of which the last asks for a picture. */
const someone = async () => {
  const ada = await server.signIn();
  const [here, there] = [await ada.startConversation(), await ada.startConversation()];
  for (const id of [here, there]) {
    await ada.post(id, { text: 'first' });
    const { message } = await ada.post(id, { text: 'a storm', image: {} });
    await server.desk.queue(idOfMessage.parse(message.messageId));
  }
  await server.settled();
  const cursor = async (path: string): Promise<string> => {
    const { body } = await ada.call('GET', path);
    return String(body.nextCursor);
  };
  return { ada, here, there, cursor };
};

describe('a cursor', () => {
  it('goes on with its own list alone, and is refused by every other with 400 that names it', async () => {
    const { ada, here, there, cursor } = await someone();
    const ben = await someone();
    const lists = [
      '/conversations?limit=1',
      `/conversations/${here}/messages?limit=1`,
      `/conversations/${there}/messages?limit=1`,
      '/jobs?limit=1',
      '/jobs?status=queued&limit=1',
    ];
    const cursors = await Promise.all([...lists.map(cursor), ben.cursor('/jobs?limit=1')]);
    for (const [index, list] of lists.entries())
      for (const [of, given] of cursors.entries()) {
        const { status, body } = await ada.call('GET', `${list}&cursor=${given}`);
        if (of === index) expect([status, body.nextCursor]).toEqual([200, null]);
        else
          expect([status, body]).toMatchObject([
            400,
            { code: 'invalid_input', errors: [{ path: 'cursor' }] },
          ]);
      }
  });

  it('that somebody changed, shortened or made up is refused', async () => {
    const { ada, cursor } = await someone();
    const own = await cursor('/conversations?limit=1');
    for (const wrong of [
      '',
      own.slice(0, 20),
      `${own}0`,
      `9${own.slice(1)}x`,
      own.replace('-', ''),
      '0'.repeat(20),
    ]) {
      const answer = await ada.call('GET', `/conversations?cursor=${wrong}`);
      expect([wrong, answer.status]).toEqual([wrong, 400]);
    }
  });
});

describe('pages', () => {
  it('lose no message and repeat none while others are posted between them', async () => {
    const ada = await server.signIn();
    const id = await ada.startConversation();
    const texts = Array.from({ length: 7 }, (_, index) => `line ${index}`);
    for (const text of texts) await ada.post(id, { text });
    const seen: unknown[] = [];
    let cursor: unknown;
    do {
      const query = cursor === undefined ? '' : `&cursor=${String(cursor)}`;
      const { body } = await ada.call('GET', `/conversations/${id}/messages?limit=3${query}`);
      seen.push(...(Array.isArray(body.items) ? body.items : []).map(({ text }) => text));
      cursor = body.nextCursor;
      await ada.post(id, { text: 'in between' });
    } while (cursor !== null);
    expect(seen).toEqual(texts.toReversed());
  });

  it('end with null where exactly one page is full', async () => {
    const ada = await server.signIn();
    const id = await ada.startConversation();
    for (const text of ['one', 'two']) await ada.post(id, { text });
    const { body } = await ada.call('GET', `/conversations/${id}/messages?limit=2`);
    expect(body).toMatchObject({ items: [{ text: 'two' }, { text: 'one' }], nextCursor: null });
  });

  it('between two messages hold what is strictly between them, in pages too', async () => {
    const ada = await server.signIn();
    const id = await ada.startConversation();
    const ids: string[] = [];
    for (const text of ['0', '1', '2', '3', '4']) ids.push((await ada.post(id, { text })).message.messageId);
    const path = `/conversations/${id}/messages?after=${ids[0]}&before=${ids[4]}&limit=2`;
    const first = await ada.call('GET', path);
    expect(first.body).toMatchObject({ items: [{ text: '3' }, { text: '2' }] });
    const second = await ada.call('GET', `${path}&cursor=${String(first.body.nextCursor)}`);
    expect(second.body).toMatchObject({ items: [{ text: '1' }], nextCursor: null });
  });
});
