import { expect, it } from 'vitest';
import { SignInRefused } from '../../../src/api/authentication.ts';
import { rememberTokens } from '../../../src/api/authenticationRemembered.ts';
import type { UserId } from '../../../src/events/ids.ts';

/** Believes names until their time has come, and counts how often it is asked. */
const open = () => {
  let time = 0;
  let asked = 0;
  const remembering = rememberTokens(
    {
      async verify(token) {
        asked += 1;
        if (token === 'wrong') throw new SignInRefused('unauthenticated', 'This token is not valid.');
        if (time >= 1_000) throw new SignInRefused('token_expired', 'This token has expired.');
        return { principal: { id: token as UserId, name: token, roles: ['user'] }, expiresAt: 1_000 };
      },
    },
    () => new Date(time),
  );
  return {
    verify: (token: string) => remembering.verify(token),
    asked: () => asked,
    at: (when: number): void => {
      time = when;
    },
  };
};

it('a good token is checked once, and is the same person each time', async () => {
  const { verify, asked } = open();
  for (let n = 0; n < 3; n += 1) expect((await verify('ada')).principal.id).toBe('ada');
  expect((await verify('ben')).principal.id).toBe('ben');
  expect(asked()).toBe(2);
});

it('a token that was believed is not believed past its end', async () => {
  const { verify, at } = open();
  await verify('ada');
  at(999);
  expect((await verify('ada')).principal.id).toBe('ada');
  at(1_000);
  await expect(verify('ada')).rejects.toMatchObject({ code: 'token_expired' });
});

it('a wrong token is refused each time', async () => {
  const { verify, asked } = open();
  for (let n = 0; n < 3; n += 1)
    await expect(verify('wrong')).rejects.toMatchObject({ code: 'unauthenticated' });
  expect(asked()).toBe(3);
});

it('so many tokens cost no more memory than some', async () => {
  const { verify, asked } = open();
  for (let n = 0; n < 10_001; n += 1) await verify(`person ${n}`);
  await verify('person 10000');
  expect(asked()).toBe(10_001);
  await verify('person 0');
  expect(asked()).toBe(10_002);
});
