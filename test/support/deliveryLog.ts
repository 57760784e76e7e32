import { randomUUID } from 'node:crypto';
import { EventEmitter, on } from 'node:events';
import { type LogId, type Position, positionOf, startOfLog } from '../../src/events/ids.ts';
import {
  type EventLog,
  EventLogUnavailable,
  type NewEvent,
  type ReadAllOptions,
  type RecordedEvent,
  type SubscriptionItem,
  WrongExpectedRevision,
} from '../../src/events/log/eventLog.ts';
import type { StreamName } from '../../src/events/streams.ts';

/** An EventLog in memory, that can be broken off: subscriptions end with an error and reads fail until it is mended. */
export interface MemoryLog extends EventLog {
  breakOff(): void;
  mend(): void;
}

export const openMemoryLog = (logId = randomUUID() as LogId): MemoryLog => {
  const events: RecordedEvent[] = [];
  const changed = new EventEmitter().setMaxListeners(0);
  let broken = false;
  const headNow = (): Position => events.at(-1)?.position ?? startOfLog;
  const check = (): void => {
    if (broken) throw new EventLogUnavailable('the log was broken off by the test');
  };
  const lastRevision = (stream: StreamName): number | null =>
    events.findLast((event) => event.stream === stream)?.revision ?? null;

  const append = (stream: StreamName, added: readonly NewEvent[]) => {
    let revision = lastRevision(stream) ?? -1;
    for (const event of added) {
      revision += 1;
      const position = positionOf(events.length + 1);
      events.push({ ...event, stream, revision, position, recordedAt: event.metadata.at });
    }
    changed.emit('change');
    return { revision, position: headNow() };
  };

  async function* readAll(options: ReadAllOptions = {}): AsyncGenerator<RecordedEvent> {
    check();
    const { direction = 'forwards', after, until, maxCount = Number.POSITIVE_INFINITY } = options;
    const forwards = direction === 'forwards';
    const from = after === undefined ? (forwards ? 0 : events.length) : Number(after);
    const found = forwards ? events.slice(from) : events.slice(0, Math.max(0, from - 1)).reverse();
    let count = 0;
    for (const event of found) {
      if (until !== undefined && (forwards ? event.position > until : event.position < until)) return;
      if (count >= maxCount) return;
      count += 1;
      if (count % 100 === 0) await new Promise(setImmediate);
      check();
      yield event;
    }
  }

  async function* subscribe(options: {
    after: Position;
    signal: AbortSignal;
  }): AsyncGenerator<SubscriptionItem> {
    let read = Number(options.after);
    const { signal } = options;
    for (;;) {
      if (signal.aborted) return;
      check();
      const found = events.slice(read, read + 100);
      if (found.length > 0) {
        read += found.length;
        await new Promise(setImmediate);
        yield { kind: 'events', events: found };
        continue;
      }
      yield { kind: 'caughtUp', position: headNow() };
      if (read < events.length) continue;
      const stopped = await nextChange(signal);
      if (stopped) return;
    }
  }

  const nextChange = async (signal: AbortSignal): Promise<boolean> => {
    if (signal.aborted) return true;
    const leaving = new AbortController();
    const stop = (): void => leaving.abort();
    signal.addEventListener('abort', stop);
    try {
      for await (const _ of on(changed, 'change', { signal: leaving.signal })) return false;
      return false;
    } catch (error) {
      if (signal.aborted) return true;
      throw error;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  };

  return {
    logId,
    isConsecutive: true,
    async append(stream, expected, added) {
      check();
      const ids = new Set(added.map(({ id }) => id));
      const repeated = events.findLast((event) => event.stream === stream && ids.has(event.id));
      if (repeated !== undefined) return { revision: repeated.revision, position: repeated.position };
      const actual = lastRevision(stream);
      const matches =
        expected === 'any' ||
        (expected === 'no_stream'
          ? actual === null
          : expected === 'exists'
            ? actual !== null
            : expected === actual);
      if (!matches) throw new WrongExpectedRevision(stream, expected, actual);
      return append(stream, added);
    },
    async *readStream(stream, { direction = 'forwards', from, maxCount = Number.POSITIVE_INFINITY } = {}) {
      check();
      const forwards = direction === 'forwards';
      const first = from ?? (forwards ? 0 : Number.POSITIVE_INFINITY);
      const isAsked = ({ revision }: RecordedEvent) => (forwards ? revision >= first : revision <= first);
      const found = events.filter((each) => each.stream === stream && isAsked(each));
      for (const event of (forwards ? found : found.reverse()).slice(0, maxCount)) yield event;
    },
    readAll,
    async head() {
      check();
      return headNow();
    },
    subscribe,
    health: () => ({ state: broken ? 'interrupted' : 'ready', reason: null, since: null }),
    async close() {},
    breakOff() {
      broken = true;
      changed.emit('change');
    },
    mend() {
      broken = false;
    },
  };
};
