import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { messageId as idOfMessage } from '../../../src/events/ids.ts';
import { type HttpServer, openHttpServer } from '../../support/httpServer.ts';

let server: HttpServer;
beforeAll(async () => {
  server = await openHttpServer();
});
afterAll(() => server.close());

const position = expect.stringMatching(/^\d{20}$/);

const inConversation = async () => {
  const ada = await server.signIn();
  const id = await ada.startConversation();
  return { ada, id, path: `/conversations/${id}/messages` };
};

describe('messages', () => {
  it('are accepted with 202 and shown with every field', async () => {
    const { ada, id, path } = await inConversation();
    const messageId = v7();
    const answer = await ada.call('POST', path, {
      body: { messageId, text: 'hello', metadata: { mood: { calm: true } } },
    });
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({
      position,
      message: {
        ...{ messageId, conversationId: id, author: { id: ada.id, name: ada.name }, text: 'hello' },
        ...{ editedAt: null, removed: false, metadata: { mood: { calm: true } }, image: null },
        ...{ createdAt: expect.any(String), revision: 0, position },
      },
    });
    expect(answer.body).not.toHaveProperty('job');
  });

  it('that ask for a picture name its job at once, accepted', async () => {
    const { ada, path } = await inConversation();
    const image = { prompt: 'a lighthouse', width: 512, height: 256, steps: 8, seed: 1, timeoutMs: 1000 };
    const answer = await ada.call('POST', path, { body: { text: '', image } });
    expect([answer.status, answer.body]).toMatchObject([
      202,
      {
        job: { jobId: expect.any(String) },
        message: { image: { status: 'accepted', place: null, ticket: null, images: [], request: image } },
      },
    ]);
  });

  it('draw their text where the image has no prompt', async () => {
    const { ada, path } = await inConversation();
    const answer = await ada.call('POST', path, { body: { text: 'a storm', image: {} } });
    expect(answer.body).toMatchObject({ message: { image: { request: { prompt: 'a storm' } } } });
  });

  it('are read one by one, with the place in the queue while they wait', async () => {
    const { ada, id } = await inConversation();
    const { message } = await ada.post(id, { text: 'a storm', image: {} });
    await server.desk.queue(idOfMessage.parse(message.messageId));
    await server.settled();
    const read = await ada.call('GET', `/messages/${message.messageId}`);
    expect([read.status, read.body]).toMatchObject([
      200,
      { message: { image: { status: 'queued', place: expect.any(Number) } } },
    ]);
  });

  it('are listed newest first, in pages, before and after a message, with the position they are as of', async () => {
    const { ada, id, path } = await inConversation();
    const ids: string[] = [];
    for (const text of ['one', 'two', 'three', 'four'])
      ids.push((await ada.post(id, { text })).message.messageId);
    const texts = async (query: string) => {
      const { status, body } = await ada.call('GET', `${path}${query}`);
      expect([status, body]).toMatchObject([200, { asOf: position, items: expect.any(Array) }]);
      return body;
    };
    const page = await texts('?limit=3');
    expect(page).toMatchObject({ items: [{ text: 'four' }, { text: 'three' }, { text: 'two' }] });
    expect(await texts(`?cursor=${String(page.nextCursor)}`)).toMatchObject({
      items: [{ text: 'one' }],
      nextCursor: null,
    });
    expect(await texts(`?before=${ids[2]}`)).toMatchObject({ items: [{ text: 'two' }, { text: 'one' }] });
    expect(await texts(`?after=${ids[2]}`)).toMatchObject({ items: [{ text: 'four' }] });
    expect(await texts(`?before=${ids[3]}&after=${ids[0]}`)).toMatchObject({
      items: [{ text: 'three' }, { text: 'two' }],
    });
  });

  it('can not be paged by a message of another conversation', async () => {
    const { ada, path } = await inConversation();
    const elsewhere = await ada.post(await ada.startConversation(), { text: 'elsewhere' });
    const answer = await ada.call('GET', `${path}?before=${elsewhere.message.messageId}`);
    expect([answer.status, answer.body]).toMatchObject([400, { errors: [{ path: 'before' }] }]);
  });

  it('are edited by their author alone', async () => {
    const { ada, id } = await inConversation();
    const ben = await server.signIn();
    await ada.call('POST', `/conversations/${id}/participants`, { body: { userId: ben.id } });
    const { message } = await ada.post(id, { text: 'helo' });
    const path = `/messages/${message.messageId}`;
    const refused = await ben.call('PATCH', path, { body: { text: 'mine' } });
    expect([refused.status, refused.body]).toMatchObject([403, { code: 'forbidden' }]);
    const edited = await ada.call('PATCH', path, { body: { text: 'hello' } });
    expect([edited.status, edited.body]).toMatchObject([
      200,
      { message: { text: 'hello', editedAt: expect.any(String), revision: 1 }, position },
    ]);
  });

  it('merge metadata deeply, as a merge patch or as plain JSON, and forget what is null', async () => {
    const { ada, id } = await inConversation();
    const { message } = await ada.post(id, { text: 'hello', metadata: { a: { b: 1, c: 2 }, d: 3 } });
    const path = `/messages/${message.messageId}/metadata`;
    const merged = await ada.call('PATCH', path, {
      body: { a: { b: null, e: 4 } },
      headers: { 'Content-Type': 'application/merge-patch+json; charset=utf-8' },
    });
    expect([merged.status, merged.body]).toMatchObject([200, { position }]);
    const plain = await ada.call('PATCH', path, { body: { d: null } });
    expect(plain.body).toMatchObject({ message: { metadata: { a: { c: 2, e: 4 } } } });
    const read = await ada.call('GET', `/messages/${message.messageId}`);
    expect(read.body.message).toHaveProperty('metadata', { a: { c: 2, e: 4 } });
  });

  it('lose nothing when many patch different keys at once', async () => {
    const { ada, id } = await inConversation();
    const { message } = await ada.post(id, { text: 'hello' });
    const keys = Array.from({ length: 10 }, (_, index) => `key${index}`);
    const answers = await Promise.all(
      keys.map((key) =>
        ada.call('PATCH', `/messages/${message.messageId}/metadata`, { body: { [key]: key } }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(keys.map(() => 200));
    const read = await ada.call('GET', `/messages/${message.messageId}`);
    expect(read.body.message).toHaveProperty('metadata', Object.fromEntries(keys.map((key) => [key, key])));
  });

  it('can still be read when they are removed, but without words, and can not be changed', async () => {
    const { ada, id } = await inConversation();
    const { message } = await ada.post(id, { text: 'hello', image: {}, metadata: { a: 1 } });
    const path = `/messages/${message.messageId}`;
    const removed = await ada.call('DELETE', path);
    expect([removed.status, removed.body]).toEqual([200, { position }]);
    expect((await ada.call('GET', path)).body).toMatchObject({
      message: { removed: true, text: '', metadata: {}, image: null },
    });
    const late = await ada.call('PATCH', path, { body: { text: 'again' } });
    expect([late.status, late.body]).toMatchObject([409, { code: 'message_removed' }]);
  });

  it('with an id that exists answer as the first time, and with other content 409', async () => {
    const { ada, path } = await inConversation();
    const body = { messageId: v7(), text: 'hello' };
    const first = await ada.call('POST', path, { body });
    const again = await ada.call('POST', path, { body });
    expect([again.status, again.body]).toEqual([202, first.body]);
    const other = await ada.call('POST', path, { body: { ...body, text: 'other' } });
    expect([other.status, other.body]).toMatchObject([409, { code: 'id_taken' }]);
  });
});
