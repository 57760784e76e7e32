import { createHmac } from 'node:crypto';
import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLocalAuthentication, UnusableSecret } from '../../../src/api/authenticationLocal.ts';
import { type HttpServer, openHttpServer } from '../../support/httpServer.ts';

let server: HttpServer;
beforeAll(async () => {
  server = await openHttpServer();
});
afterAll(() => server.close());

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const claims = { sub: 'mallory', name: 'Mallory', roles: ['operator'], iss: 'darkroom', aud: 'darkroom' };
const secretPath = () => join(server.folder, 'sign-in-secret');
const ownSecret = async () => Buffer.from((await readFile(secretPath(), 'utf8')).trim(), 'hex');
const signed = (secret: Uint8Array, { iss = 'darkroom', aud = 'darkroom' } = {}) =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(iss)
    .setAudience(aud)
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(secret);

describe('a token', () => {
  const refused = async (authorization: string | undefined) => {
    const headers = authorization === undefined ? {} : { Authorization: authorization };
    const answer = await server.call('GET', '/api/v1/conversations', { headers });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('WWW-Authenticate')).toMatch(/^Bearer/);
    return answer.body.code;
  };

  it('must be there', async () => {
    for (const missing of [undefined, '', 'Bearer', 'Bearer ', 'Basic YWRhOg=='])
      expect(await refused(missing)).toBe('unauthenticated');
  });

  it('must be of this server', async () => {
    const secret = await ownSecret();
    expect(await refused('Bearer nonsense')).toBe('unauthenticated');
    expect(await refused(`Bearer ${await signed(new Uint8Array(32))}`)).toBe('unauthenticated');
    expect(await refused(`Bearer ${await signed(secret, { iss: 'other' })}`)).toBe('unauthenticated');
    expect(await refused(`Bearer ${await signed(secret, { aud: 'other' })}`)).toBe('unauthenticated');
    expect((await server.call('GET', '/api/v1/jobs', { token: await signed(secret) })).status).toBe(200);
  });

  it('must be signed, by HS256 and nothing else', async () => {
    const exp = Math.floor(Date.now() / 1000) + 3600;
    const body = encode({ ...claims, exp, iat: exp - 3600 });
    for (const alg of ['none', 'None', 'NONE'])
      expect(await refused(`Bearer ${encode({ alg, typ: 'JWT' })}.${body}.`)).toBe('unauthenticated');
    const secret = await ownSecret();
    for (const [alg, hash] of [
      ['HS256', 'sha256'],
      ['HS384', 'sha384'],
      ['HS512', 'sha512'],
    ] as const) {
      const text = `${encode({ alg, typ: 'JWT' })}.${body}`;
      const token = `${text}.${createHmac(hash, secret).update(text).digest('base64url')}`;
      if (alg === 'HS256') expect((await server.call('GET', '/api/v1/jobs', { token })).status).toBe(200);
      else expect(await refused(`Bearer ${token}`)).toBe('unauthenticated');
    }
  });

  it('whose claims were changed is refused', async () => {
    const { token } = await server.signIn();
    const [head = '', body = '', signature = ''] = token.split('.');
    const changed = { ...JSON.parse(Buffer.from(body, 'base64url').toString()), roles: ['operator'] };
    expect(await refused(`Bearer ${head}.${encode(changed)}.${signature}`)).toBe('unauthenticated');
  });

  it('is no longer believed once it has expired', async () => {
    const { token } = await server.signIn();
    server.clock.ahead = 31 * 24 * 60 * 60 * 1000;
    try {
      expect(await refused(`Bearer ${token}`)).toBe('token_expired');
    } finally {
      server.clock.ahead = 0;
    }
  });

  it('in the address counts for nothing', async () => {
    const { token } = await server.signIn();
    expect((await server.call('GET', `/api/v1/jobs?access_token=${token}`)).status).toBe(401);
  });
});

describe('signing in by name', () => {
  it('is the same user for the same name, however it is typed', async () => {
    const first = await server.signIn(['user'], 'Zoë');
    const second = await server.signIn(['operator'], '  Zoe\u0308 ');
    expect([second.id, second.name]).toEqual([first.id, 'Zoë']);
    expect((await server.signIn(['user'], 'zoë')).id).not.toBe(first.id);
  });

  it('answers 201 with the token and who it is, a user where no role is named', async () => {
    const answer = await server.call('POST', '/api/v1/sessions', { body: { name: 'Ada' } });
    expect([answer.status, answer.body]).toEqual([
      201,
      { token: expect.any(String), user: { id: expect.any(String), name: 'Ada', roles: ['user'] } },
    ]);
  });

  it('survives a restart, for the secret lies in the data folder, for its owner alone', async () => {
    const { token, id } = await server.signIn();
    expect((await stat(secretPath())).mode & 0o777).toBe(0o600);
    const again = await openLocalAuthentication({ folder: server.folder, now: server.now });
    expect((await again.authentication.verify(token)).principal.id).toBe(id);
  });

  it('says what to do when the secret is damaged', async () => {
    const secret = await readFile(secretPath());
    await chmod(secretPath(), 0o600);
    await writeFile(secretPath(), 'half a sec');
    const opening = openLocalAuthentication({ folder: server.folder, now: server.now });
    await expect(opening).rejects.toThrow(UnusableSecret);
    await expect(opening).rejects.toThrow(/sign-in-secret is damaged.*Restore it/);
    await writeFile(secretPath(), secret);
  });

  /** fetch sets Host and Origin by itself. */
  const signInFrom = (headers: Record<string, string>): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const sent = request(`${server.url}/api/v1/sessions`, { method: 'POST', headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sent.on('error', reject);
      sent.end('{"name":"Ada"}');
    });

  it('is refused to pages of other origins and under other host names', async () => {
    const type = { 'Content-Type': 'application/json' };
    const host = `127.0.0.1:${server.port}`;
    expect(await signInFrom({ ...type, Origin: 'https://evil.example' })).toBe(403);
    expect(await signInFrom({ ...type, Origin: 'null' })).toBe(403);
    expect(await signInFrom({ ...type, Host: 'evil.example', Origin: 'http://evil.example' })).toBe(403);
    expect(await signInFrom({ ...type, Host: '127.0.0.1.evil.example' })).toBe(403);
    expect(await signInFrom({ ...type, Origin: `http://${host}` })).toBe(201);
    expect(await signInFrom({ ...type, Origin: 'https://studio.example' })).toBe(201);
    expect(await signInFrom({ ...type, Host: 'localhost:1' })).toBe(201);
  });
});

describe('other people', () => {
  it('find nothing of a conversation that is not theirs, as if it did not exist', async () => {
    const [ada, mallory] = [await server.signIn(), await server.signIn(['auditor'])];
    const id = await ada.startConversation();
    const { message } = await ada.post(id, { text: 'secret' });
    const head = await server.log.head();
    const calls: [string, string, object?][] = [
      ['GET', `/conversations/${id}`],
      ['PATCH', `/conversations/${id}`, { title: 'mine' }],
      ['POST', `/conversations/${id}/participants`, { userId: mallory.id }],
      ['DELETE', `/conversations/${id}/participants/${ada.id}`],
      ['POST', `/conversations/${id}/archive`],
      ['GET', `/conversations/${id}/messages`],
      ['POST', `/conversations/${id}/messages`, { text: 'hello' }],
      ['GET', `/messages/${message.messageId}`],
      ['PATCH', `/messages/${message.messageId}`, { text: 'mine' }],
      ['PATCH', `/messages/${message.messageId}/metadata`, { a: 1 }],
      ['DELETE', `/messages/${message.messageId}`],
    ];
    for (const [method, path, body] of calls) {
      const answer = await mallory.call(method, path, body === undefined ? {} : { body });
      expect([method, path, answer.status, answer.body.code]).toEqual([method, path, 404, 'not_found']);
      expect(JSON.stringify(answer.body)).not.toContain('secret');
    }
    // What was tried is told to auditors; nothing else has happened.
    const types = new Set<string>();
    for await (const { type } of server.log.readAll({ after: head })) types.add(type);
    expect([...types]).toEqual(['CommandRefused']);
  });
});

describe('the log of the server', () => {
  it('holds no token, no text and no prompt, but every reference', async () => {
    const ada = await server.signIn();
    const id = await ada.startConversation({ title: 'unheard-title' });
    const answer = await ada.call('POST', `/conversations/${id}/messages`, {
      body: { text: 'unheard-text', image: { prompt: 'unheard-prompt' } },
    });
    await ada.call('GET', '/jobs?status=unheard-query');
    const lines = server.lines.join('');
    expect(lines).not.toContain('unheard');
    expect(lines).not.toContain(ada.token);
    expect(lines).toContain(answer.headers.get('Darkroom-Reference'));
  });
});
