import { z } from 'zod';
import type { Sessions } from '../../authenticationLocal.ts';
import { Problem } from '../../problems.ts';
import { type Operation, ok, openOperation, operation } from '../operation.ts';
import { refuseForeignPages } from '../origins.ts';
import type { People } from '../people.ts';
import { newSession } from '../schemas.ts';

/** Local mode: a name is enough. */
export const sessionOperations = (
  sessions: Sessions,
  people: People,
  origins: ReadonlySet<string>,
): readonly Operation[] => [
  openOperation({
    method: 'post',
    path: '/sessions',
    body: newSession,
    async answer({ body, header }) {
      refuseForeignPages(header, origins);
      const { token, user } = await sessions.create(body.name, body.roles);
      await people.remember(user);
      return { status: 201, body: { token, user } };
    },
  }),
];

/** Where a name isn't enough, the address is there to say what is. */
export const noSessions: readonly Operation[] = [
  openOperation({
    method: 'post',
    path: '/sessions',
    body: z.unknown(),
    async answer() {
      throw new Problem(
        'forbidden',
        'A name is not enough to sign in here: get a token from your identity provider, and send it as "Authorization: Bearer <token>".',
      );
    },
  }),
];

/** What a page needs to sign somebody in: by what it is done here, and whose a token is. */
export const signInOperations = (mode: 'local' | 'jwt'): readonly Operation[] => [
  openOperation({ method: 'get', path: '/sign-in', answer: async () => ok({ mode }) }),
  operation({ method: 'get', path: '/me', answer: async ({ context }) => ok({ user: context.principal }) }),
];
