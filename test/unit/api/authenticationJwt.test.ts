import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeysUnavailable, SignInRefused } from '../../../src/api/authentication.ts';
import { createJwtAuthentication } from '../../../src/api/authenticationJwt.ts';
import { secretKey } from '../../../src/api/authenticationKeys.ts';
import { problemOf } from '../../../src/api/problems.ts';
import { audience, type Claims, inSeconds, issuer, signed } from '../../support/identityProvider.ts';

const secret = 'the secret that both sides know, and long enough';

const open = (rolesClaim = 'roles') =>
  createJwtAuthentication({
    ...{ issuer, audience, algorithms: ['HS256'], clockTolerance: 0, rolesClaim },
    keyOf: secretKey(secret),
    now: () => new Date(),
  });

const principalOf = async (claims: Claims, rolesClaim?: string) => {
  const token = await signed({ alg: 'HS256', key: Buffer.from(secret) }, claims);
  return (await open(rolesClaim).verify(token)).principal;
};

describe('the roles of a token', () => {
  const rolesOf = async (claims: Claims, path?: string) => (await principalOf(claims, path)).roles;

  it('are those of ours that it names, each once', async () => {
    expect(await rolesOf({ roles: ['janitor', 'operator', 'operator', 'user'] })).toEqual([
      'user',
      'operator',
    ]);
    expect(await rolesOf({ roles: 'auditor operator' })).toEqual(['operator', 'auditor']);
    expect(await rolesOf({ roles: 'operator' })).toEqual(['operator']);
  });

  it.each([
    undefined,
    null,
    [],
    ['janitor'],
    ['OPERATOR', 'operators', ' operator'],
    [['operator']],
    { operator: true },
    7,
    'operator,auditor',
  ])('are those of a user where it says %j', async (roles) => {
    expect(await rolesOf({ roles })).toEqual(['user']);
  });

  it('lie where the setting says: deeper, or under a name with dots', async () => {
    expect(await rolesOf({ realm_access: { roles: ['operator'] } }, 'realm_access.roles')).toEqual([
      'operator',
    ]);
    const name = 'https://darkroom.example/roles';
    expect(await rolesOf({ [name]: ['auditor'] }, name)).toEqual(['auditor']);
    expect(await rolesOf({ roles: ['operator'] }, 'realm_access.roles')).toEqual(['user']);
  });

  it('are not found in what every object has', async () => {
    for (const path of ['__proto__.roles', 'constructor.name', 'roles.length', 'a.b.c'])
      expect(await rolesOf({ roles: ['operator'], a: 'operator' }, path)).toEqual(['user']);
  });
});

describe('the name of a token', () => {
  it('is cut where it is too long, and the id where there is none that can be shown', async () => {
    expect((await principalOf({ name: '  Zoë ' })).name).toBe('Zoë');
    expect((await principalOf({ name: 'Z'.repeat(300) })).name).toBe('Z'.repeat(100));
    for (const name of [undefined, '', '  ', 7, { first: 'Ada' }, 'A\u0000da'])
      expect((await principalOf({ name })).name).toBe('ada');
    expect((await principalOf({ name: undefined, sub: 'x'.repeat(255) })).name).toBe('x'.repeat(100));
  });
});

describe('the end of a token', () => {
  it('may lie within a second', async () => {
    const exp = inSeconds(60) + 0.5;
    const token = await signed({ alg: 'HS256', key: Buffer.from(secret) }, { exp });
    expect((await open().verify(token)).expiresAt).toBe(exp * 1000);
  });
});

describe('any text instead of a token', () => {
  it('is refused, and breaks nothing', async () => {
    const authentication = open();
    const part = fc.oneof(
      fc.string(),
      fc.json().map((text) => Buffer.from(text).toString('base64url')),
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(part, { maxLength: 6 }).map((all) => all.join('.')),
    );
    await fc.assert(
      fc.asyncProperty(text, async (token) => {
        await expect(authentication.verify(token)).rejects.toBeInstanceOf(SignInRefused);
      }),
      { numRuns: 500 },
    );
  });
});

describe('keys that can not be read', () => {
  it('are a failure of ours: 503, when to come again, and not why', () => {
    const problem = problemOf(new KeysUnavailable('connect ECONNREFUSED 10.0.0.7'));
    expect([problem.status, problem.code, problem.headers]).toEqual([
      503,
      'unavailable',
      { 'Retry-After': '2' },
    ]);
    expect(problem.message).not.toContain('10.0.0.7');
  });
});
