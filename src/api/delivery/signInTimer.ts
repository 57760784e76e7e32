import { limits } from './limits.ts';

/**
 * Calls `expired` once the time given last has come, by the clock that the token was judged by. It looks at that
 * clock again and again: timers don't notice when it is put forward or back.
 */
export const createSignInTimer = (now: () => Date, expired: () => void) => {
  let timer: NodeJS.Timeout | undefined;
  const wait = (expiresAt: number): void => {
    clearTimeout(timer);
    const left = expiresAt - now().getTime();
    if (left <= 0) timer = setTimeout(expired, 0);
    else timer = setTimeout(() => wait(expiresAt), Math.min(left, limits.clockMs));
  };
  return { expireAt: wait, stop: (): void => clearTimeout(timer) };
};
