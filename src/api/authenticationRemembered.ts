import type { Authentication, SignedIn } from './authentication.ts';

/** So many tokens are remembered before all are forgotten: then each is checked once more. */
const mostTokens = 10_000;

/**
 * Checks each token once: its signature took an eighth of the time of a POST. Only where nothing but its end can
 * stop a good token from being one: a secret is the same for as long as the process runs, published keys aren't.
 */
export const rememberTokens = (authentication: Authentication, now: () => Date): Authentication => {
  const believed = new Map<string, SignedIn>();
  return {
    async verify(token) {
      const before = believed.get(token);
      if (before !== undefined && now().getTime() < before.expiresAt) return before;
      believed.delete(token);
      const signedIn = await authentication.verify(token);
      if (believed.size >= mostTokens) believed.clear();
      believed.set(token, signedIn);
      return signedIn;
    },
  };
};
