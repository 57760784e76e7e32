import type { NewEvent } from './eventLog.ts';

/** An event on its way to a store: data and metadata as JSON text. */
export interface EncodedEvent {
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
}

/** Characters of one append; longer ones would hold up whoever reads them. */
const longestAppend = 4 * 1024 * 1024;

const jsonText = (value: unknown, what: string): string => {
  const text: unknown = JSON.stringify(value);
  if (typeof text !== 'string') throw new TypeError(`an event's ${what} must be a JSON object`);
  return text;
};

/**
 * The events of one append as text, checked before anything is sent.
 * @throws TypeError where they can't be an append, RangeError where they are too long for one
 */
export const encodeEvents = (events: readonly NewEvent[]): EncodedEvent[] => {
  if (events.length === 0) throw new TypeError('an append needs at least one event');
  if (new Set(events.map(({ id }) => id)).size !== events.length)
    throw new TypeError('two events of one append have the same id');
  const encoded = events.map(({ id, type, data, metadata }) => ({
    id,
    type,
    data: jsonText(data, 'data'),
    metadata: jsonText(metadata, 'metadata'),
  }));
  if (charactersOf(encoded) > longestAppend)
    throw new RangeError(
      `an append may have at most ${longestAppend} characters, not ${charactersOf(encoded)}`,
    );
  return encoded;
};

export const charactersOf = (events: readonly EncodedEvent[]): number =>
  events.reduce(
    (sum, { id, type, data, metadata }) => sum + id.length + type.length + data.length + metadata.length,
    0,
  );
