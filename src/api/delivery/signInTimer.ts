import { limits } from './limits.ts';

/** Somebody whose sign-in ends. */
export interface SignedInClient {
  /** By the clock that the token was judged by. */
  readonly expiresAt: number;
  expire(): void;
}

/**
 * Expires each client once its time has come. One timer for all that are there, for one each cost an idle client 0.3 KB.
 * It looks at the clock again and again: timers don't notice when that is put forward or back.
 */
export const createSignInTimer = (now: () => Date, clients: ReadonlySet<SignedInClient>) => {
  let timer: NodeJS.Timeout | undefined;
  let ringsAt = Number.POSITIVE_INFINITY;

  const ringAt = (time: number): void => {
    clearTimeout(timer);
    ringsAt = time;
    timer = setTimeout(ring, Math.max(0, time - now().getTime()));
  };
  const ring = (): void => {
    ringsAt = Number.POSITIVE_INFINITY;
    const time = now().getTime();
    for (const client of [...clients]) if (client.expiresAt <= time) client.expire();
    for (const { expiresAt } of clients) watch(expiresAt);
  };
  /** Somebody has come, or has a new token, that ends then. Who goes need not be told of. */
  const watch = (expiresAt: number): void => {
    const time = Math.min(expiresAt, now().getTime() + limits.clockMs);
    if (time < ringsAt) ringAt(time);
  };

  return { watch, stop: (): void => clearTimeout(timer) };
};

export type SignInTimer = ReturnType<typeof createSignInTimer>;
