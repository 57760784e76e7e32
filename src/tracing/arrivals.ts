import type { Position } from '../events/ids.ts';
import type { EventLog, RecordedEvent, SubscriptionItem } from '../events/log/eventLog.ts';

export interface Arrival {
  readonly event: RecordedEvent;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What is read again later, by a rebuild or by who was away, is no part of the request. */
const recentMs = 60_000;
const most = 1_000;

/** Events that came from the log lately and of which it isn't known yet what became. */
export const createArrivals = () => {
  /** In the order of positions. */
  const arrivals = new Map<Position, Arrival>();

  const came = (events: readonly RecordedEvent[]): void => {
    const at = Date.now();
    for (const event of events)
      if (at - Date.parse(event.recordedAt) < recentMs) arrivals.set(event.position, { event, at });
    for (const position of arrivals.keys()) {
      if (arrivals.size <= most) break;
      arrivals.delete(position);
    }
  };

  async function* noting(items: AsyncIterable<SubscriptionItem>): AsyncGenerator<SubscriptionItem> {
    for await (const item of items) {
      if (item.kind === 'events') came(item.events);
      yield item;
    }
  }

  return {
    /** The log, whose subscriptions are noted here. */
    from: <Log extends Pick<EventLog, 'subscribe'>>(log: Log): Log => ({
      ...log,
      subscribe: (options) => noting(log.subscribe(options)),
    }),
    take(position: Position): Arrival | null {
      const arrival = arrivals.get(position) ?? null;
      arrivals.delete(position);
      return arrival;
    },
    takeUpTo(position: Position): readonly Arrival[] {
      const taken: Arrival[] = [];
      for (const [at, arrival] of arrivals) {
        if (at > position) break;
        arrivals.delete(at);
        taken.push(arrival);
      }
      return taken;
    },
  };
};
