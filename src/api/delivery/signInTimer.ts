/** The longest that a timer of Node can wait. */
const longestTimer = 2_147_483_647;

/** Calls `expired` once the time given last has come, by the clock that the token was judged by. */
export const createSignInTimer = (now: () => Date, expired: () => void) => {
  let timer: NodeJS.Timeout | undefined;
  const wait = (expiresAt: number): void => {
    clearTimeout(timer);
    const left = expiresAt - now().getTime();
    const step = Math.min(Math.max(left, 0), longestTimer);
    timer = setTimeout(() => (expiresAt <= now().getTime() ? expired() : wait(expiresAt)), step);
  };
  return { expireAt: wait, stop: (): void => clearTimeout(timer) };
};
