import { positionOf } from '../../src/events/ids.ts';
import type { JsonObject } from '../../src/events/json.ts';
import type { RecordedEvent } from '../../src/events/log/eventLog.ts';
import { beginOfChain, type ChainEnd, chainOn } from '../../src/events/log/seals/chain.ts';
import type { verifyLog } from '../../src/events/log/seals/verifyLog.ts';
import type { StreamName } from '../../src/events/streams.ts';
import { newEvent } from './newEvent.ts';

/** These events as a log that can be read, and nothing else. */
export const logOf = (
  events: readonly RecordedEvent[],
  isConsecutive: boolean,
): Parameters<typeof verifyLog>[0] => ({
  isConsecutive,
  async *readAll({ after = '', until } = {}) {
    for (const event of events)
      if (event.position > after && (until === undefined || event.position <= until)) yield event;
  },
  async *readStream(stream, { from = 0, maxCount = Number.POSITIVE_INFINITY } = {}) {
    const of = events.filter((event) => event.stream === stream && event.revision >= from);
    yield* of.toSorted((one, other) => one.revision - other.revision).slice(0, maxCount);
  },
});

/** Events one after the other, each in its stream's next revision. */
export const openRecords = () => {
  const events: RecordedEvent[] = [];
  const record = (stream: StreamName, type: string, data: JsonObject): void => {
    const revision = events.filter((event) => event.stream === stream).length;
    const recordedAt = '2026-01-01T00:00:00.000Z';
    events.push({
      ...newEvent(data),
      type,
      stream,
      revision,
      position: positionOf(events.length + 1),
      recordedAt,
    });
  };
  const chain = (): ChainEnd => events.reduce(chainOn, beginOfChain);
  return { events, record, chain, seal: () => record('seals', 'LogSealed', { ...chain() }) };
};

/** Who can rewrite a log can rewrite its seals: each as it must be for the events that are there now. */
export const sealedAnew = (events: readonly RecordedEvent[]): RecordedEvent[] => {
  const anew: RecordedEvent[] = [];
  const ends: ChainEnd[] = [beginOfChain];
  for (const event of events) {
    const count = Number(event.data.count);
    const written =
      event.type === 'LogSealed'
        ? { ...event, data: { ...(ends[Math.min(count, ends.length - 1)] ?? beginOfChain) } }
        : event;
    anew.push(written);
    ends.push(chainOn(ends.at(-1) ?? beginOfChain, written));
  }
  return anew;
};
