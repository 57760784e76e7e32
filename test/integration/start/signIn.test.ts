import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDeliveryClient } from '../../support/deliveryClient.ts';
import { httpCaller } from '../../support/httpCalls.ts';
import { audience, issuer, openIdentityProvider, signed } from '../../support/identityProvider.ts';
import { ServerEnded, startServer } from '../../support/serverProcess.ts';

const secret = 'never shown: the secret that both sides know';
const jwt = { AUTH_MODE: 'jwt', AUTH_JWT_ISSUER: issuer, AUTH_JWT_AUDIENCE: audience };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'darkroom-sign-in-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a server in jwt mode', () => {
  it('does not start where the settings do not go together: one sentence, exit code 1, no file, no secret', async () => {
    const wrong = startServer({
      DATA_DIR: folder,
      ...jwt,
      AUTH_JWT_SECRET: secret,
      AUTH_JWKS_URL: 'https://x',
    });
    const ended = await wrong.catch((error: unknown) => error);
    if (!(ended instanceof ServerEnded)) throw ended;
    expect([ended.code, ended.output.trim()]).toEqual([
      1,
      'Wrong setting: AUTH_JWT_SECRET and AUTH_JWKS_URL must not both be set: remove the one that tokens are not signed with.',
    ]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('believes tokens signed with its secret, by HTTP and on sockets, and writes the secret nowhere', async () => {
    const server = await startServer({
      DATA_DIR: folder,
      ...jwt,
      AUTH_JWT_SECRET: secret,
      LOG_LEVEL: 'debug',
    });
    const token = await signed({ alg: 'HS256', key: Buffer.from(secret) });
    const { call } = httpCaller(server.url);
    expect((await call('GET', '/api/v1/conversations', { token })).status).toBe(200);
    expect((await call('POST', '/api/v1/sessions', { body: { name: 'Ada' } })).status).toBe(403);
    const client = openDeliveryClient(server.url, token);
    await client.untilOther('welcome');
    client.close();
    await server.stop();
    expect(server.output()).not.toContain('never shown');
    expect(server.output()).not.toContain(token);
    expect(readdirSync(folder)).not.toContain('sign-in-secret');
  });

  it('starts without its identity provider, says so, and lets people in once it is there', async () => {
    const provider = await openIdentityProvider();
    await provider.goAway();
    const server = await startServer({ DATA_DIR: folder, ...jwt, AUTH_JWKS_URL: provider.url });
    const token = await signed(provider.first);
    const status = async () => (await httpCaller(server.url).call('GET', '/api/v1/jobs', { token })).status;
    expect(await status()).toBe(503);
    await expect.poll(server.output).toContain('the keys of AUTH_JWKS_URL can not be read');
    await provider.comeBack();
    await expect.poll(status, { timeout: 30_000 }).toBe(200);
    await server.stop();
    await provider.close();
  });
});
