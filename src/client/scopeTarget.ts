import type { ScopeEvent } from '../projections/readModel.ts';
import type { ViewState } from './client.ts';
import type { Cursor } from './cursor.ts';
import type { Address, SubscribeAnswer, SubscribeRequest } from './wire.ts';

/** What becomes of what a scope tells: a view. */
export interface ScopeTarget {
  /** Takes the snapshot as of the cursor and forgets what was before. */
  take(snapshot: unknown, cursor: Cursor): void;
  /** Folds events, in order. `read_again`: what they did can only be read from a new snapshot. */
  apply(events: readonly ScopeEvent[], cursor: Cursor): 'applied' | 'read_again';
  /** Everything up to the cursor has been taken in now. */
  reached?(cursor: Cursor): void;
  show(view: ViewState): void;
  /**
   * The server says that there is no such thing, and nothing was held yet: is that so? A node may not
   * have read yet what this client just did. Left out: it is so. A rejection means: ask again later.
   */
  isMissing?(): Promise<boolean>;
}

/** The part of the connection that a scope needs. */
export interface Line {
  readonly isConnected: boolean;
  /** `answered` is called once, with null where the answer was lost. */
  subscribe(request: SubscribeRequest, answered: (answer: SubscribeAnswer | null) => void): void;
  unsubscribe(address: Address): void;
}

export interface Timing {
  /** A subscription says something at least this often. */
  readonly tickMs: number;
  /** The first pause before a subscription is tried again; it grows to 10 s. */
  readonly retryMs: number;
}
