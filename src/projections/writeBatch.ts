import { setTimeout as delay } from 'node:timers/promises';
import { type DocumentStore, LeaseLost } from './documents/documentStore.ts';
import type { Batch } from './follow.ts';
import { moveTo } from './track.ts';

export const longestPause = 5_000;

export interface WriteParts {
  readonly documents: Pick<DocumentStore, 'write'>;
  readonly signal: AbortSignal;
  /** It failed and is tried again. */
  readonly onTrouble: (cause: unknown) => void;
}

/** The same batch until it is written: what is there already is passed over. @throws LeaseLost */
export const writeBatch = async (
  { documents, signal, onTrouble }: WriteParts,
  batch: Batch,
): Promise<void> => {
  for (let pause = 50; ; pause = Math.min(2 * pause, longestPause)) {
    try {
      await documents.write(batch.documents, batch.checkpoints, batch.leases);
      break;
    } catch (cause) {
      if (cause instanceof LeaseLost) throw cause;
      onTrouble(cause);
      if (signal.aborted) throw cause;
      await delay(pause, undefined, { signal }).catch(() => undefined);
    }
  }
  for (const { track, position } of batch.moved) moveTo(track, position);
};
