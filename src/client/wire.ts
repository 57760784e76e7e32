import type { LogId, Position } from '../events/ids.ts';
import type { ScopeEvent } from '../projections/readModel.ts';

/** What goes over the socket: the shapes of docs/protocol.md. */

export type ScopeName = 'conversation' | 'queue' | 'user';

export interface Address {
  readonly scope: ScopeName;
  readonly id?: string | null;
}

/** One text a scope, to find it by. */
export const addressKey = ({ scope, id }: Address): string =>
  scope === 'conversation' ? `conversation:${id ?? ''}` : scope;

export interface SubscribeRequest extends Address {
  readonly after?: Position;
  readonly logId?: LogId;
}

export type SubscribeAnswer =
  | {
      readonly ok: true;
      readonly mode: 'snapshot' | 'reset';
      readonly snapshot: unknown;
      readonly position: Position;
      readonly logId: LogId;
    }
  | {
      readonly ok: true;
      readonly mode: 'replay';
      readonly from: Position;
      readonly until: Position;
      readonly logId: LogId;
    }
  | {
      readonly ok: false;
      readonly code: 'invalid' | 'not_found' | 'too_many_subscriptions' | 'unavailable';
      readonly detail: string;
    };

export interface EventBatch extends Address {
  readonly events: readonly ScopeEvent[];
  readonly after: Position;
  readonly through: Position;
  readonly live: boolean;
}

export interface Unsubscribed extends Address {
  readonly code: 'permission_lost' | 'slow_consumer' | 'server_shutdown';
  readonly resume: Position;
}

export interface Welcome {
  readonly logId: LogId;
  readonly position: Position;
  readonly serverTime: string;
  readonly protocol: number;
}

export type RefreshAnswer =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly code: 'unauthenticated' | 'token_expired' | 'unavailable';
      readonly detail: string;
    };

/** Places of own jobs as they are shown here, of the queue as of `position`. */
export interface PlacesShown {
  readonly logId: LogId;
  readonly position: Position;
  readonly places: readonly { readonly ticket: Position; readonly place: number }[];
}

export interface ServerToClient {
  welcome(welcome: Welcome): void;
  events(batch: EventBatch, acknowledge?: () => void): void;
  unsubscribed(ended: Unsubscribed): void;
  token_expired(): void;
  server_shutdown(notice: { readonly retryAfterMs: number }): void;
}

export interface ClientToServer {
  subscribe(request: SubscribeRequest, answered: (answer: SubscribeAnswer) => void): void;
  unsubscribe(address: Address, answered: (answer: { readonly ok: true }) => void): void;
  places_shown(shown: PlacesShown): void;
  refresh(renewal: { readonly token: string }, answered: (answer: RefreshAnswer) => void): void;
}
