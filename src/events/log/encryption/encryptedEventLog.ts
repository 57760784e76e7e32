import type { EventLog, NewEvent, RecordedEvent, SubscriptionItem } from '../eventLog.ts';
import { decrypt, encrypt } from './codec.ts';
import { createKeyRing, type KeyRing } from './keyRing.ts';
import type { KeyStore } from './keyStore.ts';

/** A log, and the same as it is kept: for who hashes it, copies it or looks at what is encrypted. */
export interface KeptEventLog extends EventLog {
  readonly kept: EventLog;
}

/**
 * Personal data on its way into the log and out of it: who stands before this sees plain events, and the
 * log behind it holds them encrypted (codec.ts). Events from before there was encryption are passed through.
 * What the log tells of an erasure is acted upon at once: the person's key is forgotten.
 */
export const encryptedEventLog = (log: EventLog, keys: KeyRing): KeptEventLog => {
  const forgetErased = ({ type, data }: NewEvent): void => {
    if (type === 'PersonErased') keys.forget(String(data.personId));
  };
  const opened = async (event: RecordedEvent): Promise<RecordedEvent> => {
    forgetErased(event);
    return decrypt(event, keys);
  };
  const isPlain = ({ type, metadata }: RecordedEvent): boolean =>
    metadata.personal === undefined && type !== 'PersonErased';

  async function* openedEach(
    events: AsyncIterable<RecordedEvent>,
  ): AsyncGenerator<RecordedEvent, void, undefined> {
    for await (const event of events) yield isPlain(event) ? event : await opened(event);
  }
  async function* openedPages(
    items: AsyncIterable<SubscriptionItem>,
  ): AsyncGenerator<SubscriptionItem, void, undefined> {
    for await (const item of items) {
      if (item.kind !== 'events') {
        yield item;
        continue;
      }
      const events: RecordedEvent[] = [];
      for (const event of item.events) events.push(isPlain(event) ? event : await opened(event));
      yield { kind: 'events', events };
    }
  }
  const encryptedAll = async (events: readonly NewEvent[]): Promise<NewEvent[]> => {
    const encrypted: NewEvent[] = [];
    for (const event of events) encrypted.push(await encrypt(event, keys));
    return encrypted;
  };

  const underWay = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;
  return {
    ...log,
    kept: log,
    async append(stream, expected, events) {
      const encrypting = encryptedAll(events);
      underWay.add(encrypting);
      try {
        const appended = await log.append(stream, expected, await encrypting);
        // Whoever erases reads what was written before, from the begin on, before it reads of the erasure.
        for (const event of events) forgetErased(event);
        return appended;
      } finally {
        underWay.delete(encrypting);
      }
    },
    readStream: (stream, options) => openedEach(log.readStream(stream, options)),
    readAll: (options) => openedEach(log.readAll(options)),
    subscribe: (options) => openedPages(log.subscribe(options)),
    close: () => {
      // What was to be appended before is: it may have come no further than to its encryption.
      closing ??= Promise.allSettled(underWay)
        .then(() => log.close())
        .then(() => keys.close());
      return closing;
    },
  };
};

const noKeys: KeyStore = {
  newest: async () => null,
  obtain: () => Promise.reject(new TypeError('there is no key store to make a key in')),
  destroy: async () => false,
  close: async () => undefined,
};

/** The log without keys: what is written stays plain, and what is encrypted can't be read. */
export const plainEventLog = (log: EventLog): KeptEventLog => ({
  ...encryptedEventLog(
    log,
    createKeyRing(noKeys, () => 0),
  ),
  append: log.append,
});
