import type { EventLog } from '../events/log/eventLog.ts';
import { createBell } from './bell.ts';
import { isPardoned } from './decisions.ts';
import type { DocumentStore } from './documents/documentStore.ts';
import { changeStanding, readStandings, type Standing, standingIn, withStop } from './generations.ts';
import type { Leases } from './leases.ts';
import { goOnFrom, openTrack, type Track } from './track.ts';
import type { Tracks } from './tracks.ts';
import type { Waiters } from './waiters.ts';
import { leaseOf, type Writing } from './writing.ts';

export interface WatchingParts {
  readonly log: EventLog;
  readonly documents: Pick<DocumentStore, 'prepare' | 'checkpoint' | 'readRecord' | 'writeRecord'>;
  readonly tracks: Tracks;
  readonly leases: Leases;
  readonly waiters: Waiters;
  readonly writing: Pick<Writing, 'attend'>;
  readonly signal: AbortSignal;
  readonly onTrouble: (cause: unknown) => void;
}

/** What is seen of what others write, and of what was decided about what is written here. */
export interface Watching {
  /** Looks at once, for somebody waits. */
  hurry(): void;
  /** Looks until the signal aborts. */
  watch(): Promise<void>;
}

/** How often a checkpoint that another process moves is looked at: while somebody waits for it, and else. */
const lookEvery = { waitedFor: 25, quiet: 1_000 };

export const createWatching = (parts: WatchingParts): Watching => {
  const { log, documents, tracks, leases, waiters, writing, signal, onTrouble } = parts;

  /** Follows the pointer, and says why it stands where whoever writes it has said so. */
  const seePointedElsewhere = async (standing: Standing, track: Track): Promise<void> => {
    const { live, stops } = standing;
    const current = track.generation === live ? track : openTrack(track.projection, live);
    if (current !== track) {
      await documents.prepare([current.collection]);
      if (leaseOf(leases, track) !== undefined || !tracks.all.includes(track)) return;
      tracks.replace(track, current);
    }
    const { reason, ...at } = stops.find(({ generation }) => generation === live) ?? { reason: null };
    if (reason === null && current.stopped?.at != null) current.stopped = null;
    if (reason !== null && current.stopped === null && 'position' in at)
      tracks.stop(current, { reason, at }, null);
  };

  const seeWrittenElsewhere = async (track: Track): Promise<void> => {
    const checkpoint = await documents.checkpoint(track.collection.name);
    if (track.lease !== null || checkpoint === null || checkpoint.position <= track.written) return;
    const stopped = goOnFrom(track, checkpoint, { logId: log.logId, head: checkpoint.position });
    if (stopped !== null) tracks.stop(track, stopped, null);
  };

  /** Whether something was decided about a track that is written here; and tells others where it stands. */
  const needsAttention = async (track: Track, standing: Standing): Promise<boolean> => {
    const told = standing.stops.find(({ generation }) => generation === track.generation);
    const isTold = told?.position === track.stopped?.at?.position;
    if (!isTold && standing.live === track.generation)
      await changeStanding(documents, track.name, (now) => withStop(now, track.generation, track.stopped));
    const { live, wanted, untold } = standing;
    return live !== track.generation || wanted !== null || untold !== null || isPardoned(log, track);
  };

  const look = async (): Promise<void> => {
    const known = await readStandings(documents);
    const isElsewhere = (track: Track): boolean =>
      track.lease === null && leaseOf(leases, track) === undefined;
    const standing = (track: Track): Standing => standingIn(known, track.name);
    await Promise.all(
      tracks.all.filter(isElsewhere).map((track) => seePointedElsewhere(standing(track), track)),
    );
    await Promise.all(
      tracks.all
        .filter((track) => isElsewhere(track) && track.stopped === null)
        .map((track) => seeWrittenElsewhere(track)),
    );
    waiters.settle();
    const leading = tracks.all.filter(({ lease }) => lease !== null);
    const wanting = await Promise.all(leading.map((track) => needsAttention(track, standing(track))));
    if (wanting.includes(true)) writing.attend();
  };

  const bell = createBell();
  return {
    hurry: () => bell.ring(),
    async watch() {
      while (!signal.aborted) {
        const isElsewhere = tracks.all.some(({ lease, stopped }) => lease === null && stopped === null);
        let pause = isElsewhere && waiters.count() > 0 ? lookEvery.waitedFor : lookEvery.quiet;
        try {
          await look();
        } catch (cause) {
          onTrouble(cause);
          pause = lookEvery.quiet;
        }
        await bell.next(signal, pause);
      }
    },
  };
};
