import type { Principal } from '../../commands/permissions.ts';
import type { Authentication } from '../authentication.ts';
import { notSignedIn } from '../problems.ts';
import type { People } from './people.ts';

/** Who sends a request. @throws Problem, SignInRefused */
export const signIn = async (
  authentication: Authentication,
  people: People,
  authorization: string | undefined,
): Promise<Principal> => {
  const token = /^Bearer +([^\s,]+) *$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) throw notSignedIn();
  const { principal } = await authentication.verify(token);
  await people.remember(principal);
  return principal;
};
