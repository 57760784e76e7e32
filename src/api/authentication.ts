import type { Principal } from '../commands/permissions.ts';

/** A token that was believed. */
export interface SignedIn {
  readonly principal: Principal;
  /** When the token stops being believed; milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Turns a token into a person. HTTP and sockets use the same one. */
export interface Authentication {
  /** @throws SignInRefused, KeysUnavailable */
  verify(token: string): Promise<SignedIn>;
}

/** The keys that tokens are checked with can't be read: whether this one is good isn't known. */
export class KeysUnavailable extends Error {
  readonly code = 'keys_unavailable';
}

export class SignInRefused extends Error {
  constructor(
    readonly code: 'unauthenticated' | 'token_expired',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'SignInRefused';
  }
}
