import type { EventLog, RecordedEvent, SubscriptionItem } from '../../src/events/log/eventLog.ts';

interface Faults {
  /** Whether a subscription leaves this event out. Reading is as it should be. */
  lose(event: RecordedEvent): boolean;
  /** Whether it yields this event twice. */
  double?(event: RecordedEvent): boolean;
  /** As a log whose positions have holes: only a stream's revisions tell that something is missing. */
  readonly withHoles?: boolean;
  /** Its subscriptions yield nothing before this resolves. */
  readonly held?: Promise<void>;
}

/** A log that breaks its promise: its subscriptions lose and repeat events, and never say where the head is. */
export const openUnreliableLog = (log: EventLog, faults: Faults): EventLog => {
  const { lose, double = () => false, withHoles = false, held } = faults;
  async function* subscribe(options: Parameters<EventLog['subscribe']>[0]): AsyncGenerator<SubscriptionItem> {
    for await (const item of log.subscribe(options)) {
      await held;
      if (item.kind === 'caughtUp') continue;
      const events = item.events.flatMap((event) =>
        lose(event) ? [] : double(event) ? [event, event] : [event],
      );
      if (events.length > 0) yield { kind: 'events', events };
    }
  }
  return { ...log, isConsecutive: log.isConsecutive === true && !withHoles, subscribe };
};
