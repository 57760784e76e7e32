import { type DomainEvent, decode } from '../../src/events/catalogue.ts';
import type { EventLog, RecordedEvent } from '../../src/events/log/eventLog.ts';

/** Everything that a log holds, in its order. */
export const recordedIn = async (log: EventLog): Promise<RecordedEvent[]> => {
  const recorded: RecordedEvent[] = [];
  for await (const event of log.readAll()) recorded.push(event);
  return recorded;
};

/** The same as the deciders and projections take it. */
export const eventsIn = async (log: EventLog): Promise<DomainEvent[]> =>
  (await recordedIn(log)).flatMap((recorded) => decode(recorded) ?? []);
