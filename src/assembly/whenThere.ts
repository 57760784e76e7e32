import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { EventLogUnavailable } from '../events/log/eventLog.ts';
import { canPass } from '../events/log/kurrentdb/errors.ts';
import { DocumentStoreUnavailable } from '../projections/documents/documentStore.ts';

export interface Waiting {
  readonly logger: Logger;
  /** Ends the waiting. */
  readonly impatience: AbortSignal;
  /** Is told why, in a sentence, at each try. */
  onAway(why: string): void;
}

const pauseMs = 1_000;
/** Between two lines in the log. */
const quietMs = 10_000;

/** A server that doesn't answer may come back; one that refuses us won't change its mind, and a file neither. */
const mayComeBack = (cause: unknown): cause is Error =>
  cause instanceof DocumentStoreUnavailable || (cause instanceof EventLogUnavailable && canPass(cause));

/**
 * The store, as soon as it is there: where all is started at once, after a power cut say, a process may come up
 * before the servers that it needs, and to give up would only have it started again and again.
 * @throws what `open` throws where waiting doesn't help, and what `impatience` was aborted with
 */
export const whenThere = async <Store>(
  open: () => Promise<Store>,
  { logger, impatience, onAway }: Waiting,
): Promise<Store> => {
  let saidAt = Number.NEGATIVE_INFINITY;
  for (;;) {
    try {
      return await open();
    } catch (cause) {
      if (!mayComeBack(cause)) throw cause;
      onAway(cause.message);
      if (performance.now() - saidAt >= quietMs) {
        saidAt = performance.now();
        logger.warn({ err: cause }, 'a store is away; the start waits for it');
      }
      await delay(pauseMs, undefined, { signal: impatience });
    }
  }
};
