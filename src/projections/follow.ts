import type { Position } from '../events/ids.ts';
import type { EventLog, RecordedEvent, SubscriptionItem } from '../events/log/eventLog.ts';
import type { Checkpoint, DocumentReader, DocumentWrite, Lease } from './documents/documentStore.ts';
import type { Stopped } from './generations.ts';
import { decodePage, foldPage, load, type Track } from './track.ts';

/** Changed documents of one projection that may gather while a batch is being written; then folding waits. */
const fullBatch = 500;

/** What is written in one go: documents, and how far each track has come with them. */
export interface Batch {
  readonly documents: readonly DocumentWrite[];
  readonly checkpoints: readonly Checkpoint[];
  /** Under which it was folded: one that is lost meanwhile must not be replaced by a later one. */
  readonly leases: readonly Lease[];
  readonly moved: readonly { readonly track: Track; readonly position: Position }[];
}

export interface FollowParts {
  readonly log: Pick<EventLog, 'logId'>;
  readonly documents: Pick<DocumentReader, 'getAll'>;
  /** Those that stop go no further; the others do. */
  readonly tracks: readonly Track[];
  readonly stop: (track: Track, stopped: Stopped, cause: unknown) => void;
  /** Resolves once it is written, whatever was in the way. */
  readonly write: (batch: Batch) => Promise<void>;
}

/**
 * Folds page after page and writes what has changed. What is folded while one batch is being written is
 * the next; so in quiet times each event is written at once, and far behind the head a document that many
 * events concern is written once for all of them. Resolves when the pages end and all is written.
 */
export const follow = async (
  { log, documents, tracks, stop, write }: FollowParts,
  items: AsyncIterable<SubscriptionItem>,
): Promise<void> => {
  const fold = async (page: readonly RecordedEvent[]): Promise<void> => {
    const running = tracks.filter(({ stopped }) => stopped === null);
    const decoded = decodePage(page);
    await Promise.all(running.map((track) => load(documents, track, decoded)));
    for (const track of running) {
      const indigestible = foldPage(track, decoded);
      if (indigestible !== null) stop(track, indigestible.stopped, indigestible.cause);
    }
  };

  const takeBatch = (): Batch => {
    const moved = tracks
      .filter(({ folded, written }) => folded > written)
      .map((track) => ({ track, position: track.folded }));
    const changed = tracks.flatMap((track) => [...track.changed.values()]);
    for (const track of tracks) track.changed = new Map();
    return {
      documents: changed,
      checkpoints: moved.map(({ track, position }) => ({
        name: track.collection.name,
        logId: log.logId,
        position,
      })),
      leases: moved.flatMap(({ track }) => track.lease ?? []),
      moved,
    };
  };

  let writing = null as Promise<void> | null;
  const writeOn = (): void => {
    const batch = takeBatch();
    writing = batch.checkpoints.length === 0 ? null : write(batch).then(writeOn);
    // Whether it fails is learnt when it is awaited; until then it must not count as unhandled.
    writing?.catch(() => undefined);
  };
  try {
    for await (const item of items) {
      if (item.kind !== 'events') continue;
      await fold(item.events);
      if (writing === null) writeOn();
      else if (tracks.some(({ changed }) => changed.size >= fullBatch)) await writing;
    }
  } finally {
    while (writing !== null) await writing;
  }
};
