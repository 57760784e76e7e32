import type { Position } from '../events/ids.ts';
import type { EventLog, SubscriptionItem } from '../events/log/eventLog.ts';

/** The pages of events after one position and up to another, inclusive; waits for what isn't there yet. */
export async function* pagesUntil(
  log: Pick<EventLog, 'subscribe'>,
  after: Position,
  until: Position,
  signal: AbortSignal,
): AsyncGenerator<SubscriptionItem, void, undefined> {
  if (after >= until) return;
  for await (const item of log.subscribe({ after, signal })) {
    if (item.kind === 'caughtUp') {
      if (item.position >= until) return;
      continue;
    }
    const events = item.events.filter(({ position }) => position <= until);
    if (events.length > 0) yield { kind: 'events', events };
    // What comes after the last is no reason to read it.
    if (events.length < item.events.length || events.at(-1)?.position === until) return;
  }
}
