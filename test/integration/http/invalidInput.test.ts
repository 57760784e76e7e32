import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Person } from '../../support/httpCalls.ts';
import { type HttpServer, openHttpServer } from '../../support/httpServer.ts';

let server: HttpServer;
let ada: Person;
let conversation: string;
let message: string;
beforeAll(async () => {
  server = await openHttpServer();
  ada = await server.signIn();
  conversation = await ada.startConversation();
  message = (await ada.post(conversation, { text: 'hello' })).message.messageId;
});
afterAll(() => server.close());

/** Calls, and says that nothing was appended. */
const refused = async (method: string, path: string, options: Parameters<Person['call']>[2]) => {
  const head = await server.log.head();
  const answer = await ada.call(method, path, options);
  expect(answer.headers.get('Content-Type')).toMatch(/^application\/problem\+json/);
  expect(await server.log.head()).toBe(head);
  return answer;
};

const paths = ({ body }: { body: Readonly<Record<string, unknown>> }): unknown =>
  Array.isArray(body.errors) ? body.errors.map(({ path }) => path) : body;

const image = (wanted: object) => ({ text: 'a storm', image: wanted });
const deep = (depth: number): object => (depth === 0 ? {} : { a: deep(depth - 1) });

it('takes as many characters as it says, whatever characters they are', async () => {
  const emoji = '🏔'.repeat(4_000);
  const { message: posted } = await ada.post(conversation, { text: emoji, image: {} });
  const { body } = await ada.call('GET', `/messages/${posted.messageId}`);
  expect(body).toMatchObject({ message: { text: emoji, image: { request: { prompt: emoji } } } });
});

describe('a message is refused with 400 that names', () => {
  it.each<[string, object, string[]]>([
    ['an unknown field', { text: 'a', colour: 'red' }, ['colour']],
    ['an unknown field of the image', image({ size: 1 }), ['image.size']],
    [
      'every field that is wrong',
      { text: 1, image: { width: 'x', steps: 0 } },
      ['text', 'image.width', 'image.steps'],
    ],
    ['a text that is missing', {}, ['text']],
    ['a text that is empty without a prompt', { text: '' }, ['text']],
    ['a text that is empty beside an image without a prompt', { text: '', image: {} }, ['text']],
    ['a text over 16,000 characters', { text: 'a'.repeat(16_001) }, ['text']],
    ['NUL in a text', { text: 'a\u0000' }, ['text']],
    ['half of a surrogate pair', { text: '\ud800' }, ['text']],
    ['a text that is an operator', { text: { $gt: '' } }, ['text']],
    ['an id that is none', { messageId: 'm-1', text: 'a' }, ['messageId']],
    ['an id that is an operator', { messageId: { $ne: null }, text: 'a' }, ['messageId']],
    ['a prompt over 4,000 characters', image({ prompt: 'a'.repeat(4_001) }), ['image.prompt']],
    ['a text over 4,000 that would be the prompt', { text: 'a'.repeat(4_001), image: {} }, ['text']],
    ['an empty prompt', image({ prompt: '' }), ['image.prompt']],
    ['a width that is too small', image({ width: 56 }), ['image.width']],
    ['a height that is too large', image({ height: 1544 }), ['image.height']],
    ['a width that is no multiple of 8', image({ width: 65 }), ['image.width']],
    ['too many steps', image({ steps: 151 }), ['image.steps']],
    ['half a step', image({ steps: 1.5 }), ['image.steps']],
    ['a seed below 0', image({ seed: -1 }), ['image.seed']],
    ['a seed above 2^32-1', image({ seed: 4_294_967_296 }), ['image.seed']],
    ['too many pictures', image({ count: 9 }), ['image.count']],
    ['a priority out of range', image({ priority: 11 }), ['image.priority']],
    ['a time limit below a second', image({ timeoutMs: 999 }), ['image.timeoutMs']],
    ["a time limit above the server's", image({ timeoutMs: 600_001 }), ['image.timeoutMs']],
    ['metadata that is a list', { text: 'a', metadata: [] }, ['metadata']],
    ['metadata over 64 KB', { text: 'a', metadata: { a: 'a'.repeat(65_536) } }, ['metadata']],
    ['metadata that is too deep', { text: 'a', metadata: deep(17) }, [`metadata${'.a'.repeat(16)}`]],
  ])('%s', async (_what, body, expected) => {
    const answer = await refused('POST', `/conversations/${conversation}/messages`, { body });
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_input']);
    expect(paths(answer)).toEqual(expected);
  });
});

describe('keys that would reach a prototype', () => {
  it.each<[string, string, string[]]>([
    ['__proto__ of a body', '{"text":"a","__proto__":{"admin":true}}', ['__proto__']],
    ['constructor of a body', '{"text":"a","constructor":1}', ['constructor']],
    ['__proto__ of an image', '{"text":"a","image":{"__proto__":{"steps":1}}}', ['image.__proto__']],
    ['__proto__ of metadata', '{"text":"a","metadata":{"__proto__":{}}}', ['metadata.__proto__']],
    ['prototype in metadata', '{"text":"a","metadata":{"a":{"prototype":1}}}', ['metadata.a.prototype']],
  ])('%s is refused by name', async (_what, raw, expected) => {
    const answer = await refused('POST', `/conversations/${conversation}/messages`, { raw });
    expect([answer.status, paths(answer)]).toEqual([400, expected]);
  });

  it.each([
    ['{"__proto__":{"a":1}}', '__proto__'],
    ['{"a":{"constructor":{"prototype":1}}}', 'a.constructor'],
    ['{"a":[{"__proto__":1}]}', 'a.0.__proto__'],
  ])('are refused in a patch of metadata: %s', async (raw, path) => {
    const answer = await refused('PATCH', `/messages/${message}/metadata`, { raw });
    expect([answer.status, paths(answer)]).toEqual([400, [path]]);
    expect(Object.hasOwn(Object.prototype, 'a')).toBe(false);
  });
});

describe('a call is refused', () => {
  it.each<[string, string, object, string[]]>([
    ['POST', '/conversations', [], ['']],
    ['POST', '/conversations', { title: 'a'.repeat(201) }, ['title']],
    ['POST', '/conversations', { title: 7, participants: 'ben' }, ['title', 'participants']],
    ['POST', '/conversations', { participants: ['a\nb'] }, ['participants.0']],
    ['POST', '/conversations', { conversationId: '1' }, ['conversationId']],
    ['PATCH', '/conversations/:c', { title: '' }, ['title']],
    ['PATCH', '/conversations/:c', {}, ['title']],
    ['PATCH', '/conversations/:c', { title: 'a', archived: true }, ['archived']],
    ['POST', '/conversations/:c/participants', { userId: '' }, ['userId']],
    ['POST', '/conversations/:c/participants', { userId: { $gt: '' } }, ['userId']],
    ['POST', '/conversations/:c/archive', { why: 'done' }, ['why']],
    ['PATCH', '/messages/:m', { text: '' }, ['text']],
    ['PATCH', '/messages/:m', { text: 'a', author: 'ben' }, ['author']],
    ['DELETE', '/messages/:m', { really: true }, ['really']],
    ['PATCH', '/messages/:m/metadata', [], ['']],
    ['POST', '/jobs/cancel', { jobIds: ['1'] }, ['jobIds.0']],
    ['POST', '/jobs/cancel', { all: 'yes' }, ['all']],
    ['POST', '/jobs/cancel', { jobIds: [], all: true }, ['all']],
    ['PATCH', '/jobs/019a0000-0000-7000-8000-000000000000', { priority: 1.5 }, ['priority']],
    ['POST', '/sessions', { name: '   ' }, ['name']],
    ['POST', '/sessions', { name: 'a'.repeat(101) }, ['name']],
    ['POST', '/sessions', { name: 'Ada', roles: ['root'] }, ['roles.0']],
    ['POST', '/sessions', { name: 'Ada', password: 'x' }, ['password']],
    ['POST', '/sessions', { name: 'Ada', roles: Array(100_000).fill('root') }, ['roles']],
  ])('%s %s %j', async (method, path, body, expected) => {
    const to = path.replace(':c', conversation).replace(':m', message);
    const answer = await refused(method, to, { body });
    expect([answer.status, answer.body.code, paths(answer)]).toEqual([400, 'invalid_input', expected]);
  });

  it.each<[string, string[]]>([
    ['/conversations/nonsense', ['id']],
    ['/messages/nonsense', ['id']],
    ['/jobs/nonsense', ['id']],
    ['/conversations?limit=0', ['limit']],
    ['/conversations?limit=201', ['limit']],
    ['/conversations?limit=ten', ['limit']],
    ['/conversations?limit=1&limit=2', ['limit']],
    ['/conversations?limit[$gt]=1', ['limit[$gt]']],
    ['/conversations?cursor=nonsense', ['cursor']],
    ['/conversations?__proto__=1', ['__proto__']],
    ['/conversations/:c/messages?before=nonsense', ['before']],
    ['/conversations/:c/messages?asOf=1', ['asOf']],
    ['/messages/:m?asOf=0000000000000000001', ['asOf']],
    ['/jobs?status=lost', ['status']],
    ['/jobs?all=1', ['all']],
    ['/queue?limit=many', ['limit']],
  ])('GET %s', async (path, expected) => {
    const to = path.replace(':c', conversation).replace(':m', message);
    const answer = await refused('GET', to, {});
    expect([answer.status, answer.body.code, paths(answer)]).toEqual([400, 'invalid_input', expected]);
  });
});

describe('a parameter that is there twice', () => {
  it('is refused in words that say so', async () => {
    const answer = await refused('GET', '/conversations?limit=1&limit=1', {});
    expect(answer.body.errors).toEqual([{ path: 'limit', message: 'must be one string, not several' }]);
  });
});

describe('a body is refused', () => {
  it('that is no JSON, with 400', async () => {
    for (const raw of ['{"text":', 'text=a', '{"text":"a"} {}', '\u0000']) {
      const answer = await refused('POST', `/conversations/${conversation}/messages`, { raw });
      expect([answer.status, answer.body.code, paths(answer)]).toEqual([400, 'invalid_input', ['']]);
    }
  });

  it('that is JSON, but no object, with 400', async () => {
    for (const raw of ['null', '"text"', '7', '[]']) {
      const answer = await refused('POST', '/conversations', { raw });
      expect([answer.status, answer.body.code]).toEqual([400, 'invalid_input']);
    }
  });

  it('over 1 MiB, with 413', async () => {
    const raw = JSON.stringify({ text: 'a'.repeat(1_048_577) });
    const answer = await refused('POST', `/conversations/${conversation}/messages`, { raw });
    expect([answer.status, answer.body.code]).toEqual([413, 'body_too_large']);
  });

  it('that a small one unpacks to over 1 MiB, with 413', async () => {
    const { gzipSync } = await import('node:zlib');
    const raw = new Uint8Array(gzipSync(JSON.stringify({ text: 'a'.repeat(20_000_000) })));
    const headers = { 'Content-Encoding': 'gzip' };
    const answer = await refused('POST', `/conversations/${conversation}/messages`, { raw, headers });
    expect([answer.status, answer.body.code]).toEqual([413, 'body_too_large']);
  });

  it('whose bytes are no UTF-8, with 400, for decoded they would be other words', async () => {
    const raw = new Uint8Array(Buffer.from('{"text":"\u00e4"}', 'latin1'));
    const answer = await refused('POST', `/conversations/${conversation}/messages`, { raw });
    expect([answer.status, answer.body.code, paths(answer)]).toEqual([400, 'invalid_input', ['']]);
  });

  it('that says it is compressed and is not, with 400, and in an unknown way, with 415', async () => {
    for (const [encoding, status] of [
      ['gzip', 400],
      ['br', 400],
      ['compress', 415],
    ] as const) {
      const answer = await refused('POST', `/conversations/${conversation}/messages`, {
        raw: '{"text":"a"}',
        headers: { 'Content-Encoding': encoding },
      });
      expect([encoding, answer.status]).toEqual([encoding, status]);
    }
  });

  it('of another type or charset, with 415', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/merge-patch+json',
      'application/json; charset=latin1',
      'application/json; charset="utf-16"',
      'nonsense',
    ]) {
      const answer = await refused('POST', `/conversations/${conversation}/messages`, {
        raw: '{"text":"a"}',
        headers: { 'Content-Type': type },
      });
      expect([answer.status, answer.body.code]).toEqual([415, 'unsupported_media_type']);
    }
  });

  it('that is nested a hundred thousand deep, with 400', async () => {
    const raw = `{"text":"a","metadata":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`;
    const answer = await refused('POST', `/conversations/${conversation}/messages`, { raw });
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_input']);
  });
});
