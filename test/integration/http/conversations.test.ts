import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpServer, openHttpServer } from '../../support/httpServer.ts';

let server: HttpServer;
beforeAll(async () => {
  server = await openHttpServer();
});
afterAll(() => server.close());

const position = expect.stringMatching(/^\d{20}$/);
const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

describe('conversations', () => {
  it('answers a new one with 201, its place and everything in it', async () => {
    const [ada, ben] = [await server.signIn(), await server.signIn()];
    const conversationId = v7();
    const answer = await ada.call('POST', '/conversations', {
      body: { conversationId, title: 'Harbour', participants: [ben.id] },
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('Location')).toBe(`/api/v1/conversations/${conversationId}`);
    expect(answer.body).toMatchObject({
      position,
      conversation: {
        ...{ conversationId, title: 'Harbour', archivedAt: null, revision: expect.any(Number), position },
        ...{ createdAt: time, lastActivityAt: time },
        participants: [
          { id: ada.id, name: ada.name },
          { id: ben.id, name: ben.name },
        ],
      },
    });
  });

  it('starts without a title, without others and without a body', async () => {
    const ada = await server.signIn();
    const answer = await ada.call('POST', '/conversations');
    expect([answer.status, answer.body]).toMatchObject([201, { conversation: { title: '' } }]);
  });

  it('answers an id that exists with the same content as the first time, and with other content 409', async () => {
    const ada = await server.signIn();
    const body = { conversationId: v7(), title: 'Harbour' };
    const first = await ada.call('POST', '/conversations', { body });
    const again = await ada.call('POST', '/conversations', { body });
    expect([again.status, again.body]).toEqual([201, first.body]);
    const other = await ada.call('POST', '/conversations', { body: { ...body, title: 'Storm' } });
    expect([other.status, other.body]).toMatchObject([409, { code: 'id_taken' }]);
  });

  it('lists those of a participant alone, newest activity first, in pages', async () => {
    const [ada, ben] = [await server.signIn(), await server.signIn()];
    const ids = [await ada.startConversation(), await ada.startConversation(), await ada.startConversation()];
    await ben.startConversation();
    await ada.post(ids[0] ?? '', { text: 'news' });
    const first = await ada.call('GET', '/conversations?limit=2');
    expect(first.body).toMatchObject({
      items: [{ conversationId: ids[0] }, { conversationId: ids[2] }],
      nextCursor: expect.any(String),
    });
    const second = await ada.call('GET', `/conversations?limit=2&cursor=${String(first.body.nextCursor)}`);
    expect(second.body).toMatchObject({ items: [{ conversationId: ids[1] }], nextCursor: null });
  });

  it('is renamed by a participant', async () => {
    const ada = await server.signIn();
    const id = await ada.startConversation();
    const answer = await ada.call('PATCH', `/conversations/${id}`, { body: { title: 'Storm' } });
    expect([answer.status, answer.body]).toMatchObject([200, { conversation: { title: 'Storm' }, position }]);
    const read = await ada.call('GET', `/conversations/${id}`);
    expect([read.status, read.body]).toMatchObject([200, { conversation: { title: 'Storm' } }]);
  });

  it('takes people in and lets them go', async () => {
    const [ada, ben] = [await server.signIn(), await server.signIn()];
    const id = await ada.startConversation();
    expect((await ben.call('GET', `/conversations/${id}`)).status).toBe(404);
    const joined = await ada.call('POST', `/conversations/${id}/participants`, { body: { userId: ben.id } });
    expect([joined.status, joined.body]).toEqual([200, { position }]);
    expect((await ben.call('GET', `/conversations/${id}`)).status).toBe(200);
    const left = await ben.call('DELETE', `/conversations/${id}/participants/${ben.id}`);
    expect([left.status, left.body]).toEqual([200, { position }]);
    expect((await ben.call('GET', `/conversations/${id}`)).status).toBe(404);
  });

  it('is archived by its starter alone, and takes no messages after that', async () => {
    const [ada, ben] = [await server.signIn(), await server.signIn()];
    const id = await ada.startConversation({ participants: [ben.id] });
    const refused = await ben.call('POST', `/conversations/${id}/archive`);
    expect([refused.status, refused.body]).toMatchObject([403, { code: 'forbidden' }]);
    const archived = await ada.call('POST', `/conversations/${id}/archive`);
    expect([archived.status, archived.body]).toEqual([200, { position }]);
    expect((await ada.call('GET', `/conversations/${id}`)).body).toMatchObject({
      conversation: { archivedAt: time },
    });
    const late = await ada.call('POST', `/conversations/${id}/messages`, { body: { text: 'late' } });
    expect([late.status, late.body]).toMatchObject([409, { code: 'conversation_archived' }]);
  });
});
