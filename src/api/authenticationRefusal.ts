import { errors } from 'jose';
import { SignInRefused } from './authentication.ts';

/** Told only of tokens whose signature is good, so it helps nobody who makes them up. */
const wrongClaims: Readonly<Record<string, string>> = {
  iss: 'The token is of another issuer than the one that is believed here.',
  aud: 'The token is for another audience, not for this server.',
  nbf: 'The token is not valid yet. Try again in a moment.',
};

const detailOf = (error: errors.JOSEError): string =>
  (error instanceof errors.JWTClaimValidationFailed ? wrongClaims[error.claim] : undefined) ??
  'The token is not one of this server. Sign in again.';

/** What a token is refused with that could not be verified; other errors stay what they are. */
export const tokenRefusal = (error: unknown): unknown => {
  if (error instanceof errors.JWTExpired)
    return new SignInRefused('token_expired', 'Your sign-in has expired. Sign in again.', { cause: error });
  if (error instanceof errors.JOSEError)
    return new SignInRefused('unauthenticated', detailOf(error), { cause: error });
  return error;
};
