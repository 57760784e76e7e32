import type { ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { ReadStream } from './connection.ts';
import { itemOf, type ReadItem } from './messages.ts';

/** Of what has come and not yet been taken: then the server is asked to wait. */
const mostItems = 1_024;
const mostBytes = 1024 * 1024;

export interface Gathered {
  /**
   * What has come since the last call; waits for the first of it, `milliseconds` long. Empty where nothing
   * came, null at the end.
   * @throws what ended the call
   */
  next(milliseconds: number): Promise<readonly ReadItem[] | null>;
  /** Whether something has come since the last call. */
  hasMore(): boolean;
  /** Ends the call, and whoever waits. */
  cancel(): void;
}

/**
 * Gathers what a call tells, so that it can be taken a page at a time: one at a time costs several turns of
 * the event loop each. A consumer that takes nothing stops the reading, and then the server, for HTTP/2
 * has its windows; no more than one page and those are ever in memory.
 */
export const gather = (stream: ReadStream, namespace: string): Gathered => {
  let items: ReadItem[] = [];
  let bytes = 0;
  let end: { readonly error: unknown } | 'end' | undefined;
  let wake = (): void => undefined;

  const finish = (how: { readonly error: unknown } | 'end'): void => {
    end ??= how;
    wake();
  };
  stream.on('data', (message: ReadResp) => {
    try {
      const item = itemOf(message, namespace);
      if (item === null) return;
      items.push(item);
      if (item.kind === 'event') bytes += item.bytes;
    } catch (error) {
      finish({ error });
      stream.cancel();
    }
    if (items.length >= mostItems || bytes >= mostBytes) stream.pause();
    wake();
  });
  // This listener stays: an error that nobody listens to would end the process.
  stream.on('error', (error) => finish({ error }));
  stream.on('end', () => finish('end'));
  stream.on('close', () => finish('end'));

  const something = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      wake = () => {
        wake = () => undefined;
        clearTimeout(timer);
        // A turn of the event loop, so that what came along with the first is taken with it.
        setImmediate(resolve);
      };
    });

  return {
    next: async (milliseconds) => {
      if (items.length === 0 && end === undefined) await something(milliseconds);
      wake = () => undefined;
      const taken = items;
      items = [];
      bytes = 0;
      if (taken.length > 0) {
        if (stream.isPaused()) stream.resume();
        return taken;
      }
      if (end === undefined) return [];
      if (end === 'end') return null;
      throw end.error;
    },
    hasMore: () => items.length > 0,
    cancel: () => {
      finish('end');
      stream.cancel();
    },
  };
};
