import { type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { v5 } from 'uuid';
import { z } from 'zod';
import { type Principal, type Role, roles } from '../commands/permissions.ts';
import { userId } from '../events/ids.ts';
import { person } from '../events/metadata.ts';
import { type Authentication, type SignedIn, SignInRefused } from './authentication.ts';
import { tokenRefusal } from './authenticationRefusal.ts';
import { openSecret } from './authenticationSecret.ts';

export { UnusableSecret } from './authenticationSecret.ts';

/** Signing in with a name alone: local mode. */
export interface Sessions {
  /** The same name is the same user. */
  create(name: string, as: readonly Role[]): Promise<{ readonly token: string; readonly user: Principal }>;
}

const issuer = 'darkroom';
const audience = 'darkroom';
const algorithm = 'HS256';
const lifetime = 30 * 24 * 60 * 60;
/** Fixed for ever: it makes a user of a name. */
const people = '5a3c8a9e-6c0f-4f0e-9a86-4a7f3e1d2b60';

const claims = z.object({
  sub: userId,
  name: person.shape.name,
  roles: z.array(z.enum(roles)).max(roles.length),
  exp: z.int(),
});

/** The same name, however it was typed: without space around it, in one Unicode form. */
export const plainName = (name: string): string => name.normalize('NFC').trim();

const signedIn = (payload: JWTPayload): SignedIn => {
  const known = claims.safeParse(payload);
  if (!known.success)
    throw new SignInRefused('unauthenticated', 'The token does not say who you are. Sign in again.');
  const { sub, name, roles, exp } = known.data;
  return { principal: { id: sub, name, roles }, expiresAt: exp * 1000 };
};

/** Sign-in by name, for one's own machine. The secret lies in `folder`. @throws UnusableSecret */
export const openLocalAuthentication = async ({
  folder,
  now,
}: {
  readonly folder: string;
  readonly now: () => Date;
}): Promise<{ authentication: Authentication; sessions: Sessions }> => {
  const secret = await openSecret(folder);
  return {
    authentication: {
      async verify(token) {
        const verified = await jwtVerify(token, secret, {
          algorithms: [algorithm],
          issuer,
          audience,
          clockTolerance: 0,
          currentDate: now(),
          requiredClaims: ['sub', 'exp', 'iat'],
        }).catch((error: unknown) => {
          throw tokenRefusal(error);
        });
        return signedIn(verified.payload);
      },
    },
    sessions: {
      async create(name, as) {
        const plain = plainName(name);
        const user: Principal = { id: userId.parse(v5(plain, people)), name: plain, roles: as };
        const issuedAt = Math.floor(now().getTime() / 1000);
        const token = await new SignJWT({ name: user.name, roles: [...as] })
          .setProtectedHeader({ alg: algorithm, typ: 'JWT' })
          .setSubject(user.id)
          .setIssuer(issuer)
          .setAudience(audience)
          .setIssuedAt(issuedAt)
          .setExpirationTime(issuedAt + lifetime)
          .sign(secret);
        return { token, user };
      },
    },
  };
};
