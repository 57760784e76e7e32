import { setTimeout as delay } from 'node:timers/promises';
import { type DomainEvent, decode } from '../events/catalogue.ts';
import type { EventLog } from '../events/log/eventLog.ts';

export interface Listener {
  /** Takes what happened, a page at a time. */
  hear(events: readonly DomainEvent[]): Promise<void>;
  /** It begins to hear, at first or anew: what happened before may not have been heard. */
  began?(): void;
  /** It doesn't hear just now; it is tried again. */
  onTrouble(cause: unknown): void;
}

const pauseMs = 1_000;

const followOnce = async (log: EventLog, signal: AbortSignal, { hear, began }: Listener): Promise<void> => {
  const after = await log.head();
  began?.();
  for await (const item of log.subscribe({ after, signal }))
    if (item.kind === 'events') await hear(item.events.map(decode).filter((event) => event !== null));
};

/** Hears of what happens from now on, until `signal` aborts; a log that is away for a while is waited for. */
export const followLog = async (log: EventLog, signal: AbortSignal, listener: Listener): Promise<void> => {
  while (!signal.aborted) {
    try {
      await followOnce(log, signal, listener);
    } catch (cause) {
      if (!signal.aborted) listener.onTrouble(cause);
    }
    await delay(pauseMs, undefined, { signal }).catch(() => undefined);
  }
};
