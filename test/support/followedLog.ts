import type { Position } from '../../src/events/ids.ts';
import type { EventLog, RecordedEvent } from '../../src/events/log/eventLog.ts';

/** Follows a log in the background; what it saw can be asked for at any time. */
export const follow = (
  log: EventLog,
  after: Position,
  delivered: (event: RecordedEvent) => Promise<void> = async () => undefined,
) => {
  const end = new AbortController();
  const events: RecordedEvent[] = [];
  const caughtUp: Position[] = [];
  const done = (async () => {
    for await (const item of log.subscribe({ after, signal: end.signal })) {
      if (item.kind === 'caughtUp') caughtUp.push(item.position);
      else
        for (const event of item.events) {
          events.push(event);
          await delivered(event);
        }
    }
  })();
  const stop = async (): Promise<void> => {
    end.abort();
    await done;
  };
  return { events, caughtUp, stop };
};

export const allOf = async (events: AsyncIterable<RecordedEvent>): Promise<RecordedEvent[]> => {
  const found: RecordedEvent[] = [];
  for await (const event of events) found.push(event);
  return found;
};
