import { io, type ManagerOptions, type SocketOptions } from 'socket.io-client';
import type { ScopeEvent } from '../../src/projections/readModel.ts';

export interface ReceivedBatch {
  readonly scope: string;
  readonly id?: string;
  readonly events: readonly ScopeEvent[];
  readonly after: string;
  readonly through: string;
  readonly live: boolean;
}

export interface Answer {
  readonly ok: boolean;
  readonly mode?: string;
  readonly code?: string;
  readonly detail?: string;
  readonly reason?: string;
  readonly position: string;
  readonly from: string;
  readonly until: string;
  readonly logId: string;
  readonly snapshot: unknown;
}

/** Everything that was heard, in order. */
export type Heard =
  | { readonly kind: 'batch'; readonly batch: ReceivedBatch }
  | { readonly kind: 'answer'; readonly to: string; readonly answer: Answer }
  | { readonly kind: 'other'; readonly event: string; readonly data: Readonly<Record<string, unknown>> };

type Options = Partial<ManagerOptions & SocketOptions>;

/** A client that follows the protocol and keeps what it hears; it never connects again by itself. */
export const openDeliveryClient = (url: string, token: unknown, options: Options = {}) => {
  const socket = io(url, {
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    auth: { token },
    ...options,
  });
  const heard: Heard[] = [];
  const withheld: (() => void)[] = [];
  const watchers = new Set<() => void>();
  let acknowledging = true;

  const hear = (what: Heard): void => {
    heard.push(what);
    for (const watcher of [...watchers]) watcher();
  };
  socket.on('events', (batch: ReceivedBatch, acknowledge: () => void) => {
    if (acknowledging) acknowledge();
    else withheld.push(acknowledge);
    hear({ kind: 'batch', batch });
  });
  for (const event of ['welcome', 'unsubscribed', 'token_expired', 'server_shutdown', 'disconnect'])
    socket.on(event, (data) =>
      hear({ kind: 'other', event, data: typeof data === 'object' ? data : { data } }),
    );
  socket.on('connect_error', (error: Error & { data?: Record<string, unknown> }) =>
    hear({ kind: 'other', event: 'connect_error', data: error.data ?? { message: error.message } }),
  );

  /** Resolves with what `find` gives once that is something. It is asked again whenever something was heard. */
  const until = <Found>(find: () => Found | undefined | null | false): Promise<Found> =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = find();
        if (found === undefined || found === null || found === false) return;
        watchers.delete(look);
        resolve(found);
      };
      watchers.add(look);
      look();
    });

  const ask = (event: string, payload: unknown): Promise<Answer> =>
    new Promise((resolve) => {
      socket.emit(event, payload, (answer: Answer) => {
        hear({ kind: 'answer', to: event, answer });
        resolve(answer);
      });
    });
  const batches = (scope?: string): ReceivedBatch[] =>
    heard.flatMap((each) =>
      each.kind === 'batch' && (scope === undefined || each.batch.scope === scope) ? each.batch : [],
    );
  const events = (scope?: string): ScopeEvent[] => batches(scope).flatMap((batch) => batch.events);
  const other = (event: string): Readonly<Record<string, unknown>> | undefined => {
    const found = heard.find((each) => each.kind === 'other' && each.event === event);
    return found?.kind === 'other' ? found.data : undefined;
  };

  return {
    socket,
    heard,
    until,
    ask,
    subscribe: (payload: unknown) => ask('subscribe', payload),
    batches,
    events,
    positions: (scope?: string): string[] => events(scope).map(({ position }) => position),
    other,
    untilOther: (event: string) => until(() => other(event)),
    untilThrough: (position: string, scope?: string) =>
      until(() => batches(scope).some(({ through }) => through >= position)),
    untilLive: (scope?: string) => until(() => batches(scope).at(-1)?.live),
    withhold: (): void => {
      acknowledging = false;
    },
    acknowledge: (): void => {
      acknowledging = true;
      for (const each of withheld.splice(0)) each();
    },
    close: (): void => void socket.disconnect(),
  };
};

export type DeliveryClient = ReturnType<typeof openDeliveryClient>;
