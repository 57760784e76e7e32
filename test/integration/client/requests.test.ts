import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ConnectedClient } from '../../../src/client/client.ts';
import { ApiProblem, connect, signIn } from '../../../src/client/index.ts';
import { positionOf, type UserId } from '../../../src/events/ids.ts';
import { ada, conversationNumber, messageNumber } from '../../support/happened.ts';
import {
  openScriptedServer,
  otherLog,
  type ScriptedAnswer,
  type ScriptedServer,
} from '../../support/scriptedServer.ts';
import { until } from '../../support/until.ts';

const session = { token: 'token of Ada', user: { ...ada, roles: ['user'] } };
const position = positionOf(7);
const done: ScriptedAnswer = { status: 200, body: { position } };

let server: ScriptedServer;
let client: ConnectedClient;

beforeEach(async () => {
  server = await openScriptedServer();
  client = connect({ url: server.url, session, retryMs: 1 });
});
afterEach(async () => {
  client.close();
  await server.close();
});

/** Answers in this order; the last of them for good. */
const respond = (...answers: readonly ScriptedAnswer[]) => {
  server.script.respond = () => answers[server.requests.length - 1] ?? answers.at(-1) ?? done;
};

const keys = () => new Set(server.requests.map(({ headers }) => headers['idempotency-key']));

describe('a command', () => {
  it.each<[string, ScriptedAnswer]>([
    ['whose answer was lost', { status: 0, body: '', lost: true }],
    [
      'that the server could not take',
      { status: 503, body: { code: 'unavailable' }, headers: { 'Retry-After': '0' } },
    ],
    [
      'that is under way',
      { status: 409, body: { code: 'request_in_progress' }, headers: { 'Retry-After': '0' } },
    ],
    ['that a proxy gave up', { status: 504, body: 'Gateway Timeout' }],
  ])('%s is sent again under its key', async (_, first) => {
    respond(first, first, { status: 202, body: { message: { text: 'hello' }, position } });
    const posted = await client.api.postMessage(conversationNumber(1), { text: 'hello' });
    expect(posted.message.text).toBe('hello');
    expect(server.requests).toHaveLength(3);
    expect(keys().size).toBe(1);
    expect(new Set(server.requests.map(({ body }) => body))).toEqual(new Set(['{"text":"hello"}']));
  });

  it.each<[string, number, Readonly<Record<string, string>>]>([
    ['the server says when to come again', 30, { 'Retry-After': '0' }],
    ['it does not', 6, {}],
  ])('is sent so often and no more where %s', async (_, times, headers) => {
    respond({ status: 503, body: { code: 'unavailable', detail: 'Later.' }, headers });
    await expect(client.api.pauseQueue()).rejects.toMatchObject({ status: 503, code: 'unavailable' });
    expect(server.requests).toHaveLength(times);
  });

  it('that was refused is not sent again', async () => {
    respond({
      status: 400,
      body: {
        ...{ type: 't', title: 'Invalid', status: 400, detail: 'It is too wide.', code: 'invalid_input' },
        ...{ reference: 'r1', errors: [{ path: 'image.width', message: 'must be at most 1536' }] },
      },
    });
    const refused = client.api.postMessage(conversationNumber(1), { text: 'x', image: { width: 9_999 } });
    const problem = await refused.catch((error: unknown) => error);
    expect(problem).toBeInstanceOf(ApiProblem);
    expect(problem).toMatchObject({
      ...{
        status: 400,
        code: 'invalid_input',
        title: 'Invalid',
        reference: 'r1',
        message: 'It is too wide.',
      },
      errors: [{ path: 'image.width', message: 'must be at most 1536' }],
    });
    expect(server.requests).toHaveLength(1);
  });

  it('has a key of its own each time', async () => {
    respond(done);
    await client.api.pauseQueue();
    await client.api.pauseQueue();
    expect(keys().size).toBe(2);
    expect([...keys()].every((key) => typeof key === 'string')).toBe(true);
  });

  it('that can not be repeated under a key is sent once', async () => {
    respond({ status: 0, body: '', lost: true });
    await expect(client.api.editMessage(messageNumber(1), 'new')).rejects.toMatchObject({ code: 'network' });
    expect(server.requests).toHaveLength(1);
  });

  it('ends when the client is closed', async () => {
    respond({ status: 503, body: { code: 'unavailable' }, headers: { 'Retry-After': '30' } });
    const refused = expect(client.api.resumeQueue()).rejects.toMatchObject({ code: 'closed' });
    await until(() => expect(server.requests).toHaveLength(1));
    client.close();
    await refused;
  });
});

describe('a read', () => {
  it('waits for own commands', async () => {
    respond(done, { status: 200, body: { items: [], nextCursor: null } });
    await client.api.addParticipant(conversationNumber(1), 'ben' as UserId);
    await client.api.conversations();
    expect(server.requests.map(({ headers }) => headers['darkroom-min-position'])).toEqual([
      undefined,
      position,
    ]);
    expect(server.requests[0]?.headers.authorization).toBe('Bearer token of Ada');
  });

  it('does not wait for a position of another log', async () => {
    respond(done, { status: 200, body: { items: [], nextCursor: null } });
    await until(() => expect(client.connection.state).toBe('connected'));
    await client.api.pauseQueue();
    server.tell().emit('welcome', { ...server.script.welcome, logId: otherLog });
    await until(async () => {
      await client.api.conversations();
      expect(server.requests.at(-1)?.headers['darkroom-min-position']).toBeUndefined();
    });
  });

  it('asks for what it names, whatever characters it has', async () => {
    respond(done);
    await client.api.removeParticipant(conversationNumber(1), 'a/b ü?' as UserId);
    await client.api.messages(conversationNumber(1), 'x&y');
    expect(server.requests.map(({ path }) => path)).toEqual([
      `/api/v1/conversations/${conversationNumber(1)}/participants/a%2Fb%20%C3%BC%3F`,
      `/api/v1/conversations/${conversationNumber(1)}/messages?cursor=x%26y`,
    ]);
  });

  it('of a picture can be given up by who asked', async () => {
    server.script.delay = () => new Promise(() => undefined);
    const giveUp = new AbortController();
    const refused = expect(client.api.image('abc', giveUp.signal)).rejects.toMatchObject({
      name: 'AbortError',
    });
    await until(() => expect(server.requests).toHaveLength(1));
    giveUp.abort();
    await refused;
  });

  it('that gets no JSON says so', async () => {
    respond({ status: 403, body: '<html>Forbidden</html>' });
    await expect(client.api.conversations()).rejects.toMatchObject({
      status: 403,
      code: 'unexpected_answer',
    });
  });
});

describe('signing in', () => {
  it('gives a session', async () => {
    respond({ status: 201, body: session });
    expect(await signIn(server.url, 'Ada', ['user', 'operator'])).toEqual(session);
    expect(server.requests[0]).toMatchObject({ method: 'POST', path: '/api/v1/sessions' });
    expect(server.requests[0]?.body).toBe('{"name":"Ada","roles":["user","operator"]}');
    expect(server.requests[0]?.headers.authorization).toBeUndefined();
  });

  it('that is over is told by a request too', async () => {
    const onSessionExpired = vi.fn();
    const other = connect({ url: server.url, session, onSessionExpired });
    respond({ status: 401, body: { code: 'token_expired', detail: 'Sign in again.' } });
    await expect(other.api.conversations()).rejects.toMatchObject({ code: 'token_expired' });
    await expect(other.api.conversations()).rejects.toMatchObject({ code: 'token_expired' });
    other.close();
    expect(onSessionExpired).toHaveBeenCalledTimes(1);
  });
});
