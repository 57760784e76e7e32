import { setTimeout as delay } from 'node:timers/promises';
import { v4 as uuidV4 } from 'uuid';
import type { StreamName } from '../../streams.ts';
import { type EncodedEvent, encodeEvents } from '../encodeEvents.ts';
import {
  type Appended,
  EventLogUnavailable,
  type ExpectedRevision,
  type NewEvent,
  type RecordedEvent,
  WrongExpectedRevision,
} from '../eventLog.ts';
import type { SendAppend } from './appendStream.ts';
import { canPass, refusalOf } from './errors.ts';
import type { AppendAnswer } from './messages.ts';
import { growingPauses, type Times } from './times.ts';

export interface AppendQueue {
  append(stream: StreamName, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<Appended>;
  /** Resolves when everything that waited has been answered. */
  drained(): Promise<void>;
}

export interface AppendParts {
  readonly server: string;
  readonly namespace: string;
  readonly times: Times;
  readonly send: SendAppend;
  /** What is there now, in the direction of reading. */
  readStream(
    stream: StreamName,
    options: { direction?: 'backwards'; from?: number; maxCount: number },
  ): AsyncIterable<RecordedEvent>;
  /** What a failure means. */
  explain(error: unknown): EventLogUnavailable;
  readonly onTrouble: (error: EventLogUnavailable) => void;
  readonly onAppended: () => void;
}

/** More of them would only wait in the server's memory instead of ours; a fresh connection once choked on it. */
const mostInFlight = 256;

/**
 * How far back an append that didn't state a revision looks for itself. Between its two tries lie seconds;
 * nobody writes as many events to one stream in that time.
 */
const longestLook = 1_000;

const openPlaces = (count: number) => {
  let free = count;
  const waiting: (() => void)[] = [];
  return {
    take: async (): Promise<void> => {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
    },
    giveBack: (): void => {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    },
  };
};

/**
 * Appends, each tried until it is known what became of it or the deadline has passed.
 *
 * After a failure it isn't known whether the append happened. It is sent again with the same event ids.
 * At a stated revision the server recognizes it; should it conflict, the stream is read from there: if our
 * events are what lies there, it has happened. With `any` and `exists` the server remembers ids for a
 * while only, so we look for ours at the stream's end, and if they are missing, try again at the revision
 * that was seen: if the first try lands meanwhile after all, the second conflicts and finds it.
 */
export const openAppendQueue = (parts: AppendParts): AppendQueue => {
  const { server, namespace, times, readStream } = parts;
  const places = openPlaces(mostInFlight);
  const running = new Set<Promise<unknown>>();

  const resultOf = ({ revision, position }: RecordedEvent): Appended => ({ revision, position });

  /** Our events where they would lie after this revision; null where something else or nothing does. */
  const findAfter = async (stream: StreamName, revision: number, events: readonly EncodedEvent[]) => {
    const found: RecordedEvent[] = [];
    for await (const event of readStream(stream, { from: revision + 1, maxCount: events.length }))
      found.push(event);
    const last = found.at(-1);
    return last !== undefined && found.length === events.length && found.every(isSame(events))
      ? resultOf(last)
      : null;
  };
  /** Our events near the stream's end, and the revision at which they could be appended if they aren't there. */
  const findAtEnd = async (stream: StreamName, events: readonly EncodedEvent[]) => {
    const lastId = events.at(-1)?.id;
    let end: number | null = null;
    for await (const event of readStream(stream, { direction: 'backwards', maxCount: longestLook })) {
      end ??= event.revision;
      if (event.id === lastId) return { found: resultOf(event), end };
    }
    return { found: null, end };
  };

  const withPosition = async (
    stream: StreamName,
    answer: AppendAnswer & { kind: 'appended' },
    lastId: string | undefined,
  ): Promise<Appended> => {
    if (answer.position !== null) return { revision: answer.revision, position: answer.position };
    for await (const event of readStream(stream, { from: answer.revision, maxCount: 1 }))
      if (event.id === lastId) return resultOf(event);
    throw new EventLogUnavailable(
      `The event log server ${server} said that it appended to ${stream}, but the event is not at revision ${answer.revision}.`,
    );
  };

  const append = async (
    stream: StreamName,
    expected: ExpectedRevision,
    events: readonly EncodedEvent[],
  ): Promise<Appended> => {
    const deadline = new Date(Date.now() + times.deadline);
    const pauses = growingPauses(times);
    const statesRevision = expected !== 'any' && expected !== 'exists';
    let sent = expected;
    let isRepetition = false;

    for (;;) {
      let answer: AppendAnswer;
      try {
        if (isRepetition && !statesRevision) {
          const { found, end } = await findAtEnd(stream, events);
          if (found !== null) return found;
          if (end === null && expected === 'exists') throw new WrongExpectedRevision(stream, expected, null);
          sent = end ?? 'no_stream';
        }
        answer = await parts.send({
          id: uuidV4(),
          stream: namespace + stream,
          expected: sent,
          events,
          deadline,
        });
        if (answer.kind === 'failed') throw refusalOf(server, answer);
      } catch (error) {
        if (error instanceof WrongExpectedRevision || error instanceof RangeError) throw error;
        const explained = parts.explain(error);
        parts.onTrouble(explained);
        const pause = pauses.next();
        if (!canPass(explained) || Date.now() + pause >= deadline.getTime()) throw explained;
        await delay(pause);
        isRepetition = true;
        continue;
      }
      parts.onAppended();
      if (answer.kind === 'appended') return withPosition(stream, answer, events.at(-1)?.id);
      if (isRepetition && statesRevision) {
        const found = await findAfter(stream, expected === 'no_stream' ? -1 : expected, events);
        if (found !== null) return found;
      }
      if (!isRepetition || statesRevision) throw new WrongExpectedRevision(stream, expected, answer.actual);
    }
  };

  /** A revision that no stream can be at: the protocol has no word for it, so we look ourselves. */
  const conflictOf = async (stream: StreamName, expected: number): Promise<WrongExpectedRevision> => {
    for await (const { revision } of readStream(stream, { direction: 'backwards', maxCount: 1 }))
      return new WrongExpectedRevision(stream, expected, revision);
    return new WrongExpectedRevision(stream, expected, null);
  };

  const appendInTurn: AppendQueue['append'] = async (stream, expected, events) => {
    const encoded = encodeEvents(events);
    if (typeof expected === 'number' && !(expected >= 0)) throw await conflictOf(stream, expected);
    await places.take();
    try {
      return await append(stream, expected, encoded);
    } finally {
      places.giveBack();
    }
  };

  return {
    append: (stream, expected, events) => {
      const appending = appendInTurn(stream, expected, events);
      running.add(appending);
      const forget = (): void => void running.delete(appending);
      appending.then(forget, forget);
      return appending;
    },
    drained: async () => {
      await Promise.allSettled(running);
    },
  };
};

const isSame =
  (events: readonly EncodedEvent[]) =>
  ({ id }: RecordedEvent, index: number): boolean =>
    events[index]?.id === id;
