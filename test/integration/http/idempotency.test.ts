import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fingerprint } from '../../../src/api/http/fingerprint.ts';
import { EventLogUnavailable } from '../../../src/events/log/eventLog.ts';
import { ownInstance } from '../../../src/projections/instance.ts';
import type { Person } from '../../support/httpCalls.ts';
import { type HttpServer, openHttpServer } from '../../support/httpServer.ts';

let server: HttpServer;
/** Set by a test: the next message's command fails after it has happened, as a lost answer of the log does. */
const lost = { next: false };
beforeAll(async () => {
  server = await openHttpServer(({ commands }) => ({
    commands: {
      ...commands,
      async postMessage(context, id, input) {
        const done = await commands.postMessage(context, id, input);
        if (!lost.next) return done;
        lost.next = false;
        throw new EventLogUnavailable('the answer was lost');
      },
    },
  }));
});
afterAll(() => server.close());

const someone = async () => {
  const ada = await server.signIn();
  const id = await ada.startConversation();
  const path = `/conversations/${id}/messages`;
  const post = (key: string, body: object = { text: 'once' }) =>
    ada.call('POST', path, { body, headers: { 'Idempotency-Key': key } });
  const count = async () => {
    const { body } = await ada.call('GET', path);
    return Array.isArray(body.items) ? body.items.length : null;
  };
  return { ada, path, post, count };
};

describe('the same key', () => {
  it('with the same body has one effect and the first answer again', async () => {
    const { post, count } = await someone();
    const first = await post('key');
    expect([first.status, first.headers.get('Idempotency-Replayed')]).toEqual([202, null]);
    const again = await post('key');
    expect([again.status, again.body]).toEqual([202, first.body]);
    expect(again.headers.get('Idempotency-Replayed')).toBe('true');
    expect(again.headers.get('Location')).toBe(first.headers.get('Location'));
    expect(await count()).toBe(1);
  });

  it('20 times at once has one effect, and all get the same answer', async () => {
    const { post, count } = await someone();
    const answers = await Promise.all(Array.from({ length: 20 }, () => post('key')));
    expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body]))).size).toBe(1);
    expect(answers[0]?.status).toBe(202);
    expect(answers.filter(({ headers }) => !headers.has('Idempotency-Replayed'))).toHaveLength(1);
    expect(await count()).toBe(1);
  });

  it('with the same body in another order of keys is the same request', async () => {
    const { post } = await someone();
    const first = await post('key', { text: 'a', metadata: { b: 1, c: 2 } });
    const again = await post('key', { metadata: { c: 2, b: 1 }, text: 'a' });
    expect([again.status, again.body]).toEqual([202, first.body]);
  });

  it('with another body or path is 422', async () => {
    const { ada, post, count } = await someone();
    await post('key');
    const other = await post('key', { text: 'other' });
    expect([other.status, other.body]).toMatchObject([422, { code: 'idempotency_key_reused' }]);
    const elsewhere = await ada.call('POST', '/conversations', { headers: { 'Idempotency-Key': 'key' } });
    expect([elsewhere.status, elsewhere.body]).toMatchObject([422, { code: 'idempotency_key_reused' }]);
    expect(await count()).toBe(1);
  });

  it('of another user is another key', async () => {
    const [ada, ben] = [await someone(), await someone()];
    const [first, second] = [await ada.post('key'), await ben.post('key', { text: 'other' })];
    expect([first.status, second.status]).toEqual([202, 202]);
    expect(second.body).toMatchObject({ message: { text: 'other' } });
  });

  it('gets a refusal again, though it would be allowed by now', async () => {
    const { ada, path } = await someone();
    const ben = await server.signIn();
    const post = () => ben.call('POST', path, { body: { text: 'a' }, headers: { 'Idempotency-Key': 'key' } });
    const first = await post();
    expect(first.status).toBe(404);
    const participants = path.replace('messages', 'participants');
    await ada.call('POST', participants, { body: { userId: ben.id } });
    const again = await post();
    expect([again.status, again.body]).toEqual([404, first.body]);
  });

  it('runs again after a failure of ours, with still only one effect', async () => {
    const { post, count } = await someone();
    lost.next = true;
    const failed = await post('key');
    expect([failed.status, failed.body]).toMatchObject([503, { code: 'unavailable' }]);
    expect(failed.headers.get('Retry-After')).toMatch(/^\d+$/);
    expect((await post('key', { text: 'other' })).status).toBe(422);
    const again = await post('key');
    expect([again.status, again.body]).toMatchObject([202, { message: { text: 'once' } }]);
    expect(await count()).toBe(1);
  });

  it('is forgotten after 24 hours, and not before', async () => {
    const { post } = await someone();
    await post('key');
    const day = 24 * 60 * 60 * 1000;
    try {
      server.clock.ahead = day - 60_000;
      expect((await post('key', { text: 'other' })).status).toBe(422);
      server.clock.ahead = day + 60_000;
      expect((await post('key', { text: 'other' })).status).toBe(202);
    } finally {
      server.clock.ahead = 0;
    }
  });

  it('works for signing in too', async () => {
    const sign = (name: string) =>
      server.call('POST', '/api/v1/sessions', { body: { name }, headers: { 'Idempotency-Key': 'session' } });
    const first = await sign('Ada');
    expect((await sign('Ada')).body).toEqual(first.body);
    expect((await sign('Ben')).status).toBe(422);
  });
});

describe('a key that is none', () => {
  it.each(['', 'a'.repeat(256), 'é', 'a\tb'])('%j is 400', async (key) => {
    const { ada } = await someone();
    const answer = await ada.call('POST', '/conversations', { headers: { 'Idempotency-Key': key } });
    expect([answer.status, answer.body]).toMatchObject([400, { errors: [{ path: 'Idempotency-Key' }] }]);
  });
});

describe('a record that was left unfinished', () => {
  const leave = async (ada: Person, path: string, instance: object, age: number) => {
    const id = createHash('sha256').update(`${ada.id}\nkey`).digest('hex');
    const hash = fingerprint('POST', `/api/v1${path}`, { text: 'once' });
    const startedAt = Date.now() - age;
    const record = { hash, instance: { ...ownInstance('another'), pid: 1, ...instance }, startedAt };
    await server.documents.writeRecord('idempotency', id, null, { ...record, answer: null });
    return id;
  };
  /** No process has this id: above what Linux gives out. */
  const ended = { pid: 4_194_305 };

  it('by a process that has ended is run at once', async () => {
    const { ada, path, post, count } = await someone();
    await leave(ada, path, ended, 0);
    expect((await post('key')).status).toBe(202);
    expect(await count()).toBe(1);
  });

  it('by an earlier start with the same process id is run at once', async () => {
    const { ada, path, post } = await someone();
    await leave(ada, path, { pid: process.pid }, 0);
    expect((await post('key')).status).toBe(202);
  });

  it('by a process of another host is run after 30 s', async () => {
    const { ada, path, post } = await someone();
    await leave(ada, path, { host: 'elsewhere' }, 30_001);
    expect((await post('key')).status).toBe(202);
  });

  it('of another request is 422 all the same', async () => {
    const { ada, path, post } = await someone();
    await leave(ada, path, ended, 0);
    expect((await post('key', { text: 'other' })).status).toBe(422);
  });

  it('by a process that is at work is waited for, and its answer is given', async () => {
    const { ada, path, post, count } = await someone();
    const id = await leave(ada, path, {}, 0);
    const waiting = post('key');
    const elsewhere = `/conversations/${await ada.startConversation()}/messages`;
    const { body } = await ada.call('POST', elsewhere, { body: { text: 'of the other' } });
    const answer = { status: 202, headers: { Location: '/there' }, body };
    const before = await server.documents.readRecord('idempotency', id);
    const value = Object(before?.value);
    await server.documents.writeRecord('idempotency', id, before?.version ?? null, { ...value, answer });
    const given = await waiting;
    expect([given.status, given.body]).toEqual([202, body]);
    expect(await count()).toBe(0);
  });
});
