import { type DomainEvent, decode } from '../events/catalogue.ts';
import type { Position } from '../events/ids.ts';
import type { EventLog } from '../events/log/eventLog.ts';

/** Hears of what happens after `began` was called, a page at a time, until `signal` aborts. */
export const followLog = async (
  log: EventLog,
  signal: AbortSignal,
  hear: (events: readonly DomainEvent[], through: Position) => Promise<void>,
  began: () => void = () => undefined,
): Promise<void> => {
  const after = await log.head();
  began();
  for await (const item of log.subscribe({ after, signal })) {
    const last = item.kind === 'events' ? item.events.at(-1) : undefined;
    if (item.kind !== 'events' || last === undefined) continue;
    const events = item.events.map(decode).filter((event) => event !== null);
    await hear(events, last.position);
  }
};
