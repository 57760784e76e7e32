import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose';
import type { Logger } from 'pino';
import { KeysUnavailable } from './authentication.ts';

/** In milliseconds. */
const patience = {
  /** Keys that were read longer ago are read again: so long a key that was withdrawn may still be believed. */
  keptMs: 600_000,
  /** A token that names an unknown key has the keys read again, but not more often than this. */
  cooldownMs: 10_000,
  /** Between two tries where the keys can't be read, whatever number of people waits for them. */
  retryMs: 1_000,
  /** An answer that takes longer is taken for lost; a handshake must not give up first. */
  answerMs: 3_000,
};
export type KeysPatience = typeof patience;

/** jose shares an answer that is under way among all who wait, but asks anew for each once it has failed. */
const askingSeldom = (retryMs: number) => {
  let askedAt = Number.NEGATIVE_INFINITY;
  return async (url: string, options: RequestInit): Promise<Response> => {
    if (performance.now() - askedAt < retryMs) throw new Error('They could not be read a moment ago.');
    askedAt = performance.now();
    return fetch(url, options);
  };
};

/** The token's own fault, where the keys are there. */
const isOfToken = (error: unknown): boolean =>
  error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys;

/**
 * The public keys of an identity provider, read when they are first needed, every ten minutes, and when a
 * token names a key that isn't among them: so keys are rotated without a restart. Where they can't be
 * read, tokens are neither good nor bad: `KeysUnavailable`.
 */
export const remoteKeys = (
  url: string,
  logger: Logger,
  limits: Partial<KeysPatience> = {},
): JWTVerifyGetKey => {
  const { keptMs, cooldownMs, retryMs, answerMs } = { ...patience, ...limits };
  const keys = createRemoteJWKSet(new URL(url), {
    cacheMaxAge: keptMs,
    cooldownDuration: cooldownMs,
    timeoutDuration: answerMs,
    [customFetch]: askingSeldom(retryMs),
  });
  // So that a wrong address is seen at the start, and not by the first who signs in.
  keys.reload().catch((cause: unknown) => {
    logger.warn(
      { err: cause },
      'the keys of AUTH_JWKS_URL can not be read; nobody can sign in until they are',
    );
  });
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (cause) {
      if (isOfToken(cause)) throw cause;
      throw new KeysUnavailable('The keys of AUTH_JWKS_URL can not be read.', { cause });
    }
  };
};

/** One secret, which whoever signs the tokens knows too. */
export const secretKey = (secret: string): JWTVerifyGetKey => {
  const bytes = new TextEncoder().encode(secret);
  return async () => bytes;
};
