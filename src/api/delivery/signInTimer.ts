import { limits } from './limits.ts';

/**
 * Calls `expired` once the time given last has come, by the clock that the token was judged by. It looks at that
 * clock again and again: timers don't notice when it is put forward or back.
 */
export class SignInTimer {
  readonly #now: () => Date;
  readonly #expired: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(now: () => Date, expired: () => void) {
    this.#now = now;
    this.#expired = expired;
  }

  expireAt(expiresAt: number): void {
    clearTimeout(this.#timer);
    const left = expiresAt - this.#now().getTime();
    if (left <= 0) this.#timer = setTimeout(this.#expired, 0);
    else this.#timer = setTimeout(() => this.expireAt(expiresAt), Math.min(left, limits.clockMs));
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
