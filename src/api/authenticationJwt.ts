import { type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';
import { type Role, roles } from '../commands/permissions.ts';
import { userId } from '../events/ids.ts';
import { isPartOfDarkroom, person } from '../events/metadata.ts';
import type { JwtSettings } from '../settings/signIn.ts';
import { type Authentication, type SignedIn, SignInRefused } from './authentication.ts';
import { tokenRefusal } from './authenticationRefusal.ts';

const claims = z.object({
  /** A token that says it is a part of Darkroom isn't believed. */
  sub: userId.refine((id) => !isPartOfDarkroom(id)),
  /** Seconds since 1970; RFC 7519 allows fractions. */
  exp: z.number(),
});

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const own = (value: unknown, key: string): unknown =>
  isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;

/** By the claim's own name first: those of some providers are URLs, dots and all. */
const claimAt = (payload: JWTPayload, path: string): unknown =>
  own(payload, path) ?? path.split('.').reduce(own, payload);

/** A list, or names with spaces between them. Who has none of ours is a user. */
const rolesOf = (claim: unknown): readonly Role[] => {
  const named: readonly unknown[] = Array.isArray(claim) ? claim : String(claim).split(' ');
  const ours = roles.filter((role) => named.includes(role));
  return ours.length === 0 ? ['user'] : ours;
};

const longestName = 100;

/** Who has no name that can be shown is called by their id. */
const nameOf = (claim: unknown, id: string): string => {
  const told = person.shape.name.safeParse(
    typeof claim === 'string' ? claim.trim().slice(0, longestName) : '',
  );
  return told.success ? told.data : id.slice(0, longestName).toWellFormed();
};

interface JwtParts extends Omit<JwtSettings, 'keys'> {
  readonly keyOf: JWTVerifyGetKey;
  readonly now: () => Date;
}

/** Sign-in by tokens that an identity provider issues. */
export const createJwtAuthentication = (parts: JwtParts): Authentication => {
  const { keyOf, issuer, audience, algorithms, clockTolerance, rolesClaim, now } = parts;

  const signedIn = (payload: JWTPayload): SignedIn => {
    const known = claims.safeParse(payload);
    if (!known.success)
      throw new SignInRefused('unauthenticated', 'The token does not say who you are, or until when.');
    const { sub, exp } = known.data;
    return {
      principal: { id: sub, name: nameOf(payload.name, sub), roles: rolesOf(claimAt(payload, rolesClaim)) },
      expiresAt: (exp + clockTolerance) * 1000,
    };
  };

  return {
    async verify(token) {
      const { payload } = await jwtVerify(token, keyOf, {
        ...{ issuer, audience, clockTolerance, algorithms: [...algorithms] },
        currentDate: now(),
        requiredClaims: ['sub', 'exp'],
      }).catch((error: unknown) => {
        throw tokenRefusal(error);
      });
      return signedIn(payload);
    },
  };
};
