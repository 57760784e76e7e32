import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Person } from '../../support/httpCalls.ts';
import { type HttpServer, openHttpServer } from '../../support/httpServer.ts';

let server: HttpServer;
let mallory: Person;
let adas: string;
beforeAll(async () => {
  server = await openHttpServer();
  mallory = await server.signIn();
  const ada = await server.signIn();
  adas = await ada.startConversation({ title: 'adas-secret' });
  await ada.post(adas, { text: 'adas-secret', image: {} });
  await server.settled();
});
afterAll(() => server.close());

const operators = [{ $ne: null }, { $gt: '' }, { $regex: '.*' }, { $where: 'sleep(1000)' }, ['$ne', 1]];

describe('an operator of the database', () => {
  it.each(operators)('in a body is no text, no id and no number: %j', async (operator) => {
    const own = await mallory.startConversation();
    const bodies: [string, object][] = [
      ['/conversations', { conversationId: operator }],
      ['/conversations', { title: operator }],
      ['/conversations', { participants: [operator] }],
      [`/conversations/${own}/messages`, { text: operator }],
      [`/conversations/${own}/messages`, { text: 'a', messageId: operator }],
      [`/conversations/${own}/messages`, { text: 'a', image: { seed: operator } }],
      [`/conversations/${own}/messages`, { text: 'a', image: operator }],
      ['/jobs/cancel', { jobIds: [operator] }],
      ['/jobs/cancel', { all: operator }],
    ];
    for (const [path, body] of bodies) {
      const answer = await mallory.call('POST', path, { body });
      expect([path, body, answer.status, answer.body.code]).toEqual([path, body, 400, 'invalid_input']);
    }
    const signIn = await server.call('POST', '/api/v1/sessions', { body: { name: operator } });
    expect(signIn.status).toBe(400);
  });

  it.each([
    'status[$ne]=queued',
    'status=$ne',
    'conversation[$gt]=',
    'limit[$gt]=1',
    'cursor[$gt]=',
    '$where=1',
    'all[$ne]=false',
  ])('in a query is refused: %s', async (query) => {
    const answer = await mallory.call('GET', `/jobs?${query}`);
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_input']);
    expect(answer.text).not.toContain('adas-secret');
  });

  it('in metadata is kept as it is, as the words that they are', async () => {
    const own = await mallory.startConversation();
    const metadata = { $where: 'sleep(1000)', 'a.b': { $ne: null }, $set: { role: 'operator' } };
    const { message } = await mallory.post(own, { text: 'a', metadata });
    await server.settled();
    const read = await mallory.call('GET', `/messages/${message.messageId}`);
    expect(read.body.message).toMatchObject({ metadata });
  });

  it('as an idempotency key is a key like others', async () => {
    const headers = { 'Idempotency-Key': '{"$ne":""}' };
    const first = await mallory.call('POST', '/conversations', { body: { title: 'one' }, headers });
    const second = await mallory.call('POST', '/conversations', { body: { title: 'one' }, headers });
    expect([second.status, second.body]).toEqual([201, first.body]);
  });
});
