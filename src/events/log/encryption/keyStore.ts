/** A person's key while there is one: 32 bytes, for AES-256. */
export interface PersonKey {
  /** From 1: a person who comes back after an erasure gets the next one. */
  readonly generation: number;
  readonly secret: Uint8Array;
}

/** The newest of a person's keys; `secret` is null once it was destroyed, as all before it are. */
export interface KeptKey {
  readonly generation: number;
  readonly secret: Uint8Array | null;
}

/**
 * Where the keys lie that personal data in the log is encrypted with, one a person. To destroy a key is to
 * erase what was encrypted with it, in the log and in every backup of the log; so keys lie apart from both.
 *
 * - That a key was destroyed is remembered, so that it is never mistaken for one that is missing.
 * - Of many that make a person's key at once, in one process or in several, all get the same.
 * - What resolved is durable.
 */
export interface KeyStore {
  /** Null where the person has never had one. */
  newest(person: string): Promise<KeptKey | null>;
  /** The key to encrypt with; made where there is none, or where the last was destroyed. */
  obtain(person: string): Promise<PersonKey>;
  /** False where there was none to destroy. */
  destroy(person: string): Promise<boolean>;
  close(): Promise<void>;
}

export const secretBytes = 32;

/** The store can't be read or written; the message says what to do. */
export class KeyStoreUnavailable extends Error {
  readonly code = 'key_store_unavailable';
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'KeyStoreUnavailable';
  }
}
