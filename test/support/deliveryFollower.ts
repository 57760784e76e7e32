import type { ViewState } from '../../src/client/client.ts';
import { Connection } from '../../src/client/connection.ts';
import type { Cursor } from '../../src/client/cursor.ts';
import { ScopeFollower } from '../../src/client/scopeFollower.ts';
import type { Address } from '../../src/client/wire.ts';
import { type Position, startOfLog } from '../../src/events/ids.ts';
import type { ScopeEvent } from '../../src/projections/readModel.ts';

interface Following {
  readonly url: string;
  readonly token: string;
  readonly address: Address;
  readonly tickMs?: number;
  readonly retryMs?: number;
}

/** The product's own client following one scope, with everything that it applied kept in order. */
export const followScope = ({ url, token, address, tickMs = 500, retryMs = 20 }: Following) => {
  const events: ScopeEvent[] = [];
  const snapshots: { readonly position: Position; readonly snapshot: unknown }[] = [];
  let view: ViewState = 'loading';
  let cursor: Cursor | null = null;
  const follower = new ScopeFollower(
    address,
    {
      take: (snapshot, at) => {
        snapshots.push({ position: at.through, snapshot });
      },
      apply: (received) => {
        events.push(...received);
        return 'applied';
      },
      show: (shown) => {
        view = shown;
      },
    },
    {
      get isConnected() {
        return connection.isConnected;
      },
      subscribe: (request, answered) => connection.subscribe(request, answered),
      unsubscribe: (gone) => connection.unsubscribe(gone),
    },
    { tickMs, retryMs },
  );
  const connection = new Connection(
    { url, token: () => token, reconnectMs: retryMs, answerMs: 10_000 },
    {
      connected: () => follower.connected(),
      disconnected: () => follower.disconnected(),
      welcomed: () => {},
      batch: (batch, acknowledge) => {
        follower.receive(batch, acknowledge);
        cursor = follower.cursor;
      },
      unsubscribed: (ended) => follower.unsubscribed(ended),
      signInRefused: () => {},
    },
  );
  connection.open();

  return {
    events,
    snapshots,
    view: () => view,
    cursor: () => cursor,
    positions: (): Position[] => events.map(({ position }) => position),
    /** Whether it has a snapshot, and is up to date as far as it knows. */
    untilLive: () => waitFor(() => view === 'live'),
    untilThrough: (position: Position = startOfLog) =>
      waitFor(() => follower.cursor !== null && follower.cursor.through >= position),
    /** Connects again now, whatever pause it is in. */
    hurry: () => connection.hurry(),
    close: () => {
      follower.close();
      connection.close();
    },
  };
};
export type DeliveryFollower = ReturnType<typeof followScope>;

/** Patient, for the machine may do other things as well. */
export const waitFor = async (holds: () => boolean): Promise<void> => {
  const deadline = performance.now() + 300_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`it never came to be: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};
