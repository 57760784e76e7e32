import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import { jwtSettings } from '../../../src/settings/signIn.ts';

const secret = 'never shown: the secret that both sides know';
const AUTH_JWKS_URL = 'https://identity.example/keys';
const issuer = {
  AUTH_MODE: 'jwt',
  AUTH_JWT_ISSUER: 'https://identity.example',
  AUTH_JWT_AUDIENCE: 'darkroom',
};
const bySecret = { ...issuer, AUTH_JWT_SECRET: secret };
const byKeys = { ...issuer, AUTH_JWKS_URL };

const refusal = (environment: Record<string, string>): string => {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  throw new Error('the settings were taken');
};

describe('sign-in by tokens', () => {
  it('goes by a secret or by a key set, each with its own algorithm', () => {
    const common = {
      issuer: 'https://identity.example',
      audience: 'darkroom',
      clockTolerance: 0,
      rolesClaim: 'roles',
    };
    expect(jwtSettings(readConfig(bySecret))).toEqual({ ...common, keys: { secret }, algorithms: ['HS256'] });
    expect(jwtSettings(readConfig(byKeys))).toEqual({
      ...common,
      ...{ keys: { url: AUTH_JWKS_URL }, algorithms: ['RS256'] },
    });
  });

  it('takes the algorithms, the tolerance and the place of the roles that are set', () => {
    const more = {
      ...{ AUTH_JWT_ALGORITHMS: 'ES256, EdDSA', AUTH_JWT_CLOCK_TOLERANCE: '30' },
      AUTH_JWT_ROLES_CLAIM: 'realm_access.roles',
    };
    expect(jwtSettings(readConfig({ ...byKeys, ...more }))).toMatchObject({
      ...{ algorithms: ['ES256', 'EdDSA'], clockTolerance: 30, rolesClaim: 'realm_access.roles' },
    });
  });

  it('may be on any address, and have its keys from a program beside it', () => {
    expect(readConfig({ ...byKeys, HOST: '0.0.0.0' }).HOST).toBe('0.0.0.0');
    for (const url of ['http://127.0.0.1:8080/keys', 'http://localhost/keys', 'http://[::1]:1/keys'])
      expect(readConfig({ ...byKeys, AUTH_JWKS_URL: url }).AUTH_JWKS_URL).toBe(url);
  });
});

describe('settings of sign-in that do not go together', () => {
  it.each<[Record<string, string>, string]>([
    [issuer, 'AUTH_JWT_SECRET or AUTH_JWKS_URL must be set while AUTH_MODE is jwt.'],
    [
      { ...bySecret, AUTH_JWKS_URL },
      'AUTH_JWT_SECRET and AUTH_JWKS_URL must not both be set: remove the one that tokens are not signed with.',
    ],
    [{ ...bySecret, AUTH_JWT_ISSUER: '' }, 'AUTH_JWT_ISSUER must be set while AUTH_MODE is jwt.'],
    [{ ...byKeys, AUTH_JWT_AUDIENCE: '' }, 'AUTH_JWT_AUDIENCE must be set while AUTH_MODE is jwt.'],
    [
      { ...bySecret, AUTH_JWT_SECRET: 'never shown: short' },
      'AUTH_JWT_SECRET must have at least 32 bytes, or it can be guessed.',
    ],
    [
      { AUTH_JWT_SECRET: secret },
      'AUTH_JWT_SECRET must not be set while AUTH_MODE is local; set AUTH_MODE to jwt.',
    ],
    [
      { AUTH_JWKS_URL },
      `AUTH_JWKS_URL must not be set while AUTH_MODE is local; set AUTH_MODE to jwt (it is "${AUTH_JWKS_URL}").`,
    ],
    [
      { ...bySecret, AUTH_JWT_ALGORITHMS: 'HS256,RS256' },
      'AUTH_JWT_ALGORITHMS must name only some of HS256, HS384, HS512 while AUTH_JWT_SECRET is set (it is "HS256,RS256").',
    ],
    [
      { ...byKeys, AUTH_JWT_ALGORITHMS: 'HS256' },
      'AUTH_JWT_ALGORITHMS must name only some of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA while AUTH_JWKS_URL is set (it is "HS256").',
    ],
    [
      { ...bySecret, AUTH_JWT_ALGORITHMS: 'none' },
      'AUTH_JWT_ALGORITHMS must name some of HS256, HS384, HS512, RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, separated by commas (it is "none").',
    ],
    [
      { ...byKeys, AUTH_JWKS_URL: 'http://identity.example/keys' },
      'AUTH_JWKS_URL must be an https: URL without user name and password; http: is for loopback addresses alone (it is "http://identity.example/keys").',
    ],
    [
      { ...byKeys, AUTH_JWKS_URL: 'https://ada:never shown@identity.example/keys' },
      'AUTH_JWKS_URL must be an https: URL without user name and password; http: is for loopback addresses alone (it is "https://…@identity.example/keys").',
    ],
    [{ AUTH_MODE: 'none' }, 'AUTH_MODE must be local or jwt (it is "none").'],
    [
      { ...bySecret, AUTH_JWT_CLOCK_TOLERANCE: '301' },
      'AUTH_JWT_CLOCK_TOLERANCE must be at most 300 (it is "301").',
    ],
  ])('%j are refused in one sentence that shows no secret', (environment, sentence) => {
    expect(refusal(environment)).toBe(`Wrong setting: ${sentence}`);
    expect(refusal(environment)).not.toContain('never shown');
  });
});
