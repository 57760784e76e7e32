import { afterEach, describe, expect, it, vi } from 'vitest';
import { type KeysPatience, remoteKeys } from '../../../src/api/authenticationKeys.ts';
import { type IdentityProvider, openIdentityProvider, signed } from '../../support/identityProvider.ts';
import { type JwtServers, openJwtServers } from '../../support/jwtServers.ts';

let provider: IdentityProvider;
let servers: JwtServers;

/** Without pauses, but where a test is about them: none of these waits for time. */
const open = async (limits: Partial<KeysPatience> = {}, alg = 'RS256'): Promise<void> => {
  provider = await openIdentityProvider(alg);
  servers = await openJwtServers(
    (logger) => remoteKeys(provider.url, logger, { cooldownMs: 0, retryMs: 0, ...limits }),
    { algorithms: [alg] },
  );
};
afterEach(async () => {
  await servers.close();
  await provider.close();
});

describe('keys that are published', () => {
  it('are rotated while the server runs: a new one is believed at once, a withdrawn one no more', async () => {
    await open();
    const [old, second] = [await signed(provider.first), await provider.makeKey('second')];
    expect((await servers.call(old)).status).toBe(200);
    provider.publish(provider.first, second);
    expect((await servers.call(await signed(second))).status).toBe(200);
    expect((await servers.call(old)).status).toBe(200);
    const third = await provider.makeKey('third');
    provider.publish(second, third);
    expect((await servers.call(await signed(third))).status).toBe(200);
    expect((await servers.call(old)).status).toBe(401);
    expect((await servers.call(await signed(second))).status).toBe(200);
  });

  it('are read again once they have been kept long enough', async () => {
    await open({ keptMs: 0 });
    const token = await signed(provider.first);
    expect((await servers.call(token)).status).toBe(200);
    provider.publish(await provider.makeKey('second'));
    expect((await servers.call(token)).status).toBe(401);
  });

  it('are believed by their id alone: an unknown one is refused', async () => {
    await open();
    const other = await provider.makeKey('unheard');
    expect(await servers.call(await signed(other))).toMatchObject({ status: 401, code: 'unauthenticated' });
    expect(await servers.shake(await signed(other))).toBe('unauthenticated');
    expect((await servers.call(await signed({ ...other, kid: 'first' }))).status).toBe(401);
  });

  it('are not read once a token: who sends unknown ones makes no traffic', async () => {
    await open({ cooldownMs: 600_000 });
    expect((await servers.call(await signed(provider.first))).status).toBe(200);
    const { asked } = provider.state;
    const other = await provider.makeKey('unheard');
    for (let each = 0; each < 20; each += 1)
      expect((await servers.call(await signed(other, { jti: each }))).status).toBe(401);
    expect(provider.state.asked).toBe(asked);
  });

  it.each(['ES256', 'EdDSA', 'PS256'])('may be of %s', async (alg) => {
    await open({}, alg);
    expect((await servers.call(await signed(provider.first))).status).toBe(200);
  });
});

describe('an identity provider that is away', () => {
  it('is no fault of who signs in: they are told to try again, and can once it is back', async () => {
    await open();
    await vi.waitFor(() => expect(provider.state.asked).toBe(1));
    await provider.goAway();
    await servers.close();
    servers = await openJwtServers((logger) => remoteKeys(provider.url, logger, { retryMs: 0 }));
    const token = await signed(provider.first);
    expect(await servers.call(token)).toEqual({
      status: 503,
      code: 'unavailable',
      detail: 'The server can not reach the identity provider to check your token; try again.',
      retryAfter: '2',
    });
    expect(await servers.shake(token)).toBe('unavailable');
    expect(servers.lines.join('')).toContain('the keys of AUTH_JWKS_URL can not be read');
    await provider.comeBack();
    expect((await servers.call(token)).status).toBe(200);
    expect(await servers.shake(token)).toBe('welcome');
  });

  it.each(['error', 'nonsense', 'silence'] as const)(
    'is away too when it answers with %s',
    async (answer) => {
      await open({ keptMs: 0, answerMs: 200 });
      const token = await signed(provider.first);
      expect((await servers.call(token)).status).toBe(200);
      provider.state.answer = answer;
      expect(await servers.call(token)).toMatchObject({ status: 503, code: 'unavailable' });
      expect(await servers.shake(token)).toBe('unavailable');
      provider.state.answer = 'keys';
      expect((await servers.call(token)).status).toBe(200);
    },
  );

  it('does not keep out those whose keys are known', async () => {
    await open();
    const token = await signed(provider.first);
    expect((await servers.call(token)).status).toBe(200);
    await provider.goAway();
    expect((await servers.call(token)).status).toBe(200);
    const other = await provider.makeKey('second');
    expect(await servers.call(await signed(other))).toMatchObject({ status: 503, code: 'unavailable' });
    expect((await servers.call(token)).status).toBe(200);
  });

  it('leaves a live socket alone that shows a new token meanwhile', async () => {
    await open();
    const client = servers.sockets.connect(await signed(provider.first));
    await client.untilOther('welcome');
    await provider.goAway();
    const second = await provider.makeKey('second');
    const renewed = await signed(second);
    expect(await client.ask('refresh', { token: renewed })).toMatchObject({ ok: false, code: 'unavailable' });
    expect(await client.subscribe({ scope: 'user' })).toMatchObject({ ok: true });
    await provider.comeBack();
    provider.publish(provider.first, second);
    expect(await client.ask('refresh', { token: renewed })).toEqual({ ok: true });
    expect(client.other('disconnect')).toBeUndefined();
  });

  it('is not asked once for each who waits', async () => {
    await open({ keptMs: 0, retryMs: 600_000 });
    await vi.waitFor(() => expect(provider.state.asked).toBe(1));
    provider.state.answer = 'error';
    const token = await signed(provider.first);
    for (let each = 0; each < 20; each += 1) expect((await servers.call(token)).status).toBe(503);
    expect(provider.state.asked).toBe(1);
  });
});
