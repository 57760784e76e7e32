import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { secretKey } from '../../../src/api/authenticationKeys.ts';
import { type Claims, inSeconds, signed } from '../../support/identityProvider.ts';
import { type JwtServers, openJwtServers } from '../../support/jwtServers.ts';

const secret = 'the secret that both sides know, and long enough';
const token = (claims: Claims = {}) => signed({ alg: 'HS256', key: Buffer.from(secret) }, claims);

let servers: JwtServers;
beforeAll(async () => {
  servers = await openJwtServers(() => secretKey(secret), { algorithms: ['HS256'] });
});
afterAll(() => servers.close());

describe('a live socket', () => {
  it('is told that its token has expired, and disconnected', async () => {
    const client = servers.sockets.connect(await token({ exp: inSeconds(4) }));
    await client.untilOther('welcome');
    await client.untilOther('token_expired');
    await client.untilOther('disconnect');
  });

  it('goes on with a new token past the end of the old one, and hears what happens then', async () => {
    const exp = inSeconds(4);
    const client = servers.sockets.connect(await token({ exp }));
    const brief = servers.sockets.connect(await token({ exp }));
    await client.untilOther('welcome');
    await client.subscribe({ scope: 'user' });
    expect(await client.ask('refresh', { token: await token() })).toEqual({ ok: true });
    await brief.untilOther('token_expired');
    const body = { title: 'Harbour' };
    const started = await servers.http.call('POST', '/api/v1/conversations', { token: await token(), body });
    expect(started.status).toBe(201);
    await client.untilThrough(String(started.body.position), 'user');
    expect(client.events('user').map(({ type }) => type)).toContain('ConversationStarted');
    expect(client.other('disconnect')).toBeUndefined();
  });

  it('ends with a new token that ends sooner', async () => {
    const client = servers.sockets.connect(await token());
    await client.untilOther('welcome');
    expect(await client.ask('refresh', { token: await token({ exp: inSeconds(4) }) })).toEqual({ ok: true });
    await client.untilOther('token_expired');
  });

  it('takes no token of another person, and stays whose it was', async () => {
    const client = servers.sockets.connect(await token());
    await client.untilOther('welcome');
    for (const sub of ['ben', 'Ada', 'ada '])
      expect(await client.ask('refresh', { token: await token({ sub, roles: ['operator'] }) })).toMatchObject(
        {
          ok: false,
          code: 'unauthenticated',
        },
      );
    expect(await client.subscribe({ scope: 'user' })).toMatchObject({ ok: true });
  });
});

describe('a clock of the identity provider that is off', () => {
  it('is tolerated by as much as is set, on a live socket too', async () => {
    const tolerant = await openJwtServers(() => secretKey(secret), {
      algorithms: ['HS256'],
      clockTolerance: 60,
    });
    try {
      const late = await token({ exp: inSeconds(-30) });
      const early = await token({ nbf: inSeconds(30) });
      for (const each of [late, early]) expect((await tolerant.call(each)).status).toBe(200);
      expect((await tolerant.call(await token({ exp: inSeconds(-90) }))).code).toBe('token_expired');
      expect((await tolerant.call(await token({ nbf: inSeconds(90) }))).code).toBe('unauthenticated');
      const client = tolerant.sockets.connect(late);
      await client.untilOther('welcome');
      expect(await client.subscribe({ scope: 'user' })).toMatchObject({ ok: true });
      expect(client.other('token_expired')).toBeUndefined();
    } finally {
      await tolerant.close();
    }
  });
});
