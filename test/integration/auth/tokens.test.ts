import { createHmac } from 'node:crypto';
import { exportSPKI, generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { remoteKeys, secretKey } from '../../../src/api/authenticationKeys.ts';
import {
  type Claims,
  claimsOf,
  type IdentityProvider,
  inSeconds,
  openIdentityProvider,
  type SigningKey,
  signed,
} from '../../support/identityProvider.ts';
import { type JwtServers, openJwtServers } from '../../support/jwtServers.ts';

const secret = 'the secret that both sides know, and long enough';
const encode = (value: object | string): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** A token whose head says anything, signed as `sign` does. */
const forged = (head: object, sign: (text: string) => string, claims: Claims = {}): string => {
  const text = `${encode(head)}.${encode(claimsOf(claims))}`;
  return `${text}.${sign(text)}`;
};
const hmac = (hash: string, key: string | Uint8Array) => (text: string) =>
  createHmac(hash, key).update(text).digest('base64url');

let provider: IdentityProvider;
let bySecret: JwtServers;
let byKeys: JwtServers;

beforeAll(async () => {
  provider = await openIdentityProvider();
  bySecret = await openJwtServers(() => secretKey(secret), { algorithms: ['HS256'] });
  byKeys = await openJwtServers((logger) => remoteKeys(provider.url, logger));
});
afterAll(async () => {
  await bySecret.close();
  await byKeys.close();
  await provider.close();
});

const own = {
  secret: (): SigningKey => ({ alg: 'HS256', key: Buffer.from(secret) }),
  keys: () => provider.first,
};
const servers = { secret: () => bySecret, keys: () => byKeys };

describe.each(['secret', 'keys'] as const)('where tokens are checked by a %s', (by) => {
  /** Refused everywhere where a token is shown: HTTP, the handshake, and `refresh` of a live socket. */
  const refused = async (token: string): Promise<unknown> => {
    const { call, shake, sockets } = servers[by]();
    const { status, code } = await call(token);
    expect(status).toBe(401);
    expect(await shake(token)).toBe(code);
    const live = sockets.connect(await signed(own[by]()));
    await live.untilOther('welcome');
    expect(await live.ask('refresh', { token })).toMatchObject({ ok: false, code });
    live.close();
    return code;
  };

  it('a good token is believed, with its name and its roles', async () => {
    const { authentication, call, shake } = servers[by]();
    const exp = inSeconds(60);
    const token = await signed(own[by](), { exp, roles: ['auditor', 'user', 'janitor'] });
    expect(await authentication.verify(token)).toEqual({
      principal: { id: 'ada', name: 'Ada', roles: ['user', 'auditor'] },
      expiresAt: exp * 1000,
    });
    expect((await call(token)).status).toBe(200);
    expect(await shake(token)).toBe('welcome');
    const { http } = servers[by]();
    expect((await http.call('GET', '/api/v1/me', { token })).body).toEqual({
      user: { id: 'ada', name: 'Ada', roles: ['user', 'auditor'] },
    });
    expect((await http.call('GET', '/api/v1/sign-in')).body).toEqual({ mode: 'jwt' });
  });

  it.each<[string, Claims, string]>([
    ['has expired', { exp: inSeconds(-1) }, 'token_expired'],
    ['is not valid yet', { nbf: inSeconds(600) }, 'unauthenticated'],
    ['never expires', { exp: undefined }, 'unauthenticated'],
    ['expires at a time that is none', { exp: 'tomorrow' }, 'unauthenticated'],
    ['is of another issuer', { iss: 'https://evil.example' }, 'unauthenticated'],
    ['has no issuer', { iss: undefined }, 'unauthenticated'],
    ['is for another audience', { aud: ['billing', 'mail'] }, 'unauthenticated'],
    ['has no audience', { aud: undefined }, 'unauthenticated'],
    ['is of nobody', { sub: undefined }, 'unauthenticated'],
    ['is of an empty id', { sub: '' }, 'unauthenticated'],
    ['is of an id that is no text', { sub: { $gt: '' } }, 'unauthenticated'],
    ['is of an id with control characters', { sub: 'ada\nben' }, 'unauthenticated'],
    ['says to be an image worker', { sub: 'worker:1' }, 'unauthenticated'],
    ['says to be the sweep', { sub: 'sweep' }, 'unauthenticated'],
  ])('a token that %s is refused', async (_, claims, code) => {
    expect(await refused(await signed(own[by](), claims))).toBe(code);
  });

  it('a token that expired is refused as any other where it is of another issuer too', async () => {
    const token = await signed(own[by](), { exp: inSeconds(-1), iss: 'https://evil.example' });
    expect(await refused(token)).toBe('unauthenticated');
  });

  it('a token signed with another key is refused', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    const others = {
      secret: { alg: 'HS256', key: Buffer.alloc(48) },
      keys: { alg: 'RS256', key: privateKey, kid: 'first' },
    };
    expect(await refused(await signed(others[by]))).toBe('unauthenticated');
  });

  it.each(['none', 'None', 'NONE', '', 'HS1'])('a token of the algorithm "%s" is refused', async (alg) => {
    for (const signature of ['', 'AAAA'])
      expect(await refused(forged({ alg, kid: 'first' }, () => signature))).toBe('unauthenticated');
  });

  it('a token whose claims were changed is refused', async () => {
    const [head, , signature] = (await signed(own[by]())).split('.');
    const changed = encode(claimsOf({ roles: ['operator'] }));
    expect(await refused(`${head}.${changed}.${signature}`)).toBe('unauthenticated');
  });

  it('a token that names where its key lies, or extensions that nobody knows, is refused', async () => {
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
    const jwk = await crypto.subtle.exportKey('jwk', publicKey);
    const sign = hmac('sha256', secret);
    for (const head of [{ jku: 'http://127.0.0.1:1/keys' }, { jwk }, { crit: ['exp'], exp: 1 }])
      expect(await refused(forged({ alg: 'RS256', kid: 'other', ...head }, () => 'AAAA'))).toBe(
        'unauthenticated',
      );
    expect(await refused(forged({ alg: 'HS256', crit: ['unheard'], unheard: 1 }, sign))).toBe(
      'unauthenticated',
    );
    expect(await refused(await signed({ alg: 'RS256', key: privateKey, kid: '../first' }))).toBe(
      'unauthenticated',
    );
  });

  it('what is no token at all is refused', async () => {
    for (const token of ['x', '..', 'a.b', 'a.b.c.d.e', `${encode('{')}.${encode('{')}.AAAA`, '%00', 'null'])
      expect(await refused(token)).toBe('unauthenticated');
  });

  it('a huge token is refused, and the next one is believed', async () => {
    const { http, sockets, call } = servers[by]();
    const huge = await signed(own[by](), { name: 'a'.repeat(20_000) });
    expect((await http.call('GET', '/api/v1/jobs', { token: huge })).status).toBe(431);
    const client = sockets.connect(huge);
    expect(await client.untilOther('connect_error')).toMatchObject({ code: 'unauthenticated' });
    const live = sockets.connect(await signed(own[by]()));
    await live.untilOther('welcome');
    expect(await live.ask('refresh', { token: huge })).toMatchObject({ ok: false, code: 'unauthenticated' });
    expect(await live.ask('refresh', { token: await signed(own[by]()) })).toEqual({ ok: true });
    expect((await call(await signed(own[by]()))).status).toBe(200);
  });

  it('a name is not enough, and the answer says what is', async () => {
    for (const body of [{ name: 'Ada' }, { name: 'Ada', roles: ['operator'] }, {}]) {
      const answer = await servers[by]().http.call('POST', '/api/v1/sessions', { body });
      expect([answer.status, answer.body.code]).toEqual([403, 'forbidden']);
      expect(answer.body.detail).toMatch(/get a token from your identity provider.*Authorization: Bearer/);
    }
  });
});

describe('a public key taken for a secret', () => {
  it('signs nothing that is believed', async () => {
    const pem = await exportSPKI(provider.first.publicKey);
    const der = Buffer.from(await crypto.subtle.exportKey('spki', provider.first.publicKey));
    const jwk = JSON.stringify(provider.first.jwk);
    for (const key of [pem, pem.trim(), der, jwk, provider.first.jwk.n ?? ''])
      for (const [alg, hash] of [
        ['HS256', 'sha256'],
        ['HS512', 'sha512'],
      ] as const)
        expect((await byKeys.call(forged({ alg, kid: 'first' }, hmac(hash, key)))).status).toBe(401);
  });

  it('is of no use where a secret is asked for, as no key pair is', async () => {
    expect((await bySecret.call(await signed(provider.first))).status).toBe(401);
  });
});

describe('an algorithm that is not allowed', () => {
  it('is refused, though the secret is right', async () => {
    const head = (alg: string) => ({ alg, typ: 'JWT' });
    expect((await bySecret.call(forged(head('HS256'), hmac('sha256', secret)))).status).toBe(200);
    expect((await bySecret.call(forged(head('HS384'), hmac('sha384', secret)))).status).toBe(401);
    expect((await bySecret.call(forged(head('HS512'), hmac('sha512', secret)))).status).toBe(401);
  });

  it('is refused, though the key is right', async () => {
    const { privateKey, jwk } = { privateKey: provider.first.key, jwk: provider.first.jwk };
    const pkcs8 = await crypto.subtle.exportKey('pkcs8', privateKey);
    const key = await crypto.subtle.importKey('pkcs8', pkcs8, { name: 'RSA-PSS', hash: 'SHA-256' }, false, [
      'sign',
    ]);
    expect((await byKeys.call(await signed({ alg: 'PS256', key, kid: jwk.kid }))).status).toBe(401);
  });
});

describe('the logs', () => {
  it('hold no token, no secret and no claim', async () => {
    const tokens = [
      await signed(own.secret(), { name: 'unheard-name' }),
      await signed(own.secret(), { name: 'unheard-name', exp: inSeconds(-1) }),
      await signed(own.secret(), { name: 'unheard-name', aud: 'other' }),
      await signed(provider.first, { name: 'unheard-name' }),
    ];
    for (const token of tokens)
      for (const { call, shake } of [bySecret, byKeys]) {
        await call(token);
        await shake(token);
      }
    const lines = [...bySecret.lines, ...byKeys.lines].join('');
    expect(lines).toContain('"request"');
    for (const word of [secret, 'unheard-name', ...tokens.flatMap((token) => token.split('.').slice(1))])
      expect(lines).not.toContain(word);
  });
});
