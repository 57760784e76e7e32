import type { Position } from '../events/ids.ts';
import type { EventLog } from '../events/log/eventLog.ts';
import type { DocumentStore } from './documents/documentStore.ts';
import { createPointers, type Pointers, readStandings, standingIn } from './generations.ts';
import { thisInstance } from './instance.ts';
import { keepLeases, type LeaseTimes } from './leases.ts';
import { type AnyProjection, checkpointName } from './projection.ts';
import { isUnbuilt, openTrack } from './track.ts';
import { createTracks, type ProjectionHealth } from './tracks.ts';
import { createWaiters } from './waiters.ts';
import { createWatching } from './watching.ts';
import { createWriting } from './writing.ts';

/** Projections that follow one log into one store. */
export interface ProjectionRunner {
  /**
   * Resolves once every named projection (default: all) has projected everything up to `position`.
   * @throws ReadModelBehind after `timeoutMs`, or at once where one of them has stopped before it.
   */
  whenProcessed(position: Position, timeoutMs: number, names?: readonly string[]): Promise<void>;
  health(): readonly ProjectionHealth[];
  /** Finishes the batch at hand, moves the checkpoints, and resolves. */
  stop(): Promise<void>;
}

export interface RunnerParts {
  readonly log: EventLog;
  readonly documents: Pick<
    DocumentStore,
    'prepare' | 'getAll' | 'checkpoint' | 'checkpoints' | 'write' | 'takeOver' | 'readRecord' | 'writeRecord'
  >;
  readonly projections: readonly AnyProjection[];
  /** Moved when another generation of a projection is to be read (`readLive`). */
  readonly pointers?: Pointers;
  readonly onStopped: (health: ProjectionHealth, cause: unknown) => void;
  /** Something failed that is being tried again. */
  readonly onTrouble: (cause: unknown) => void;
  /** Other processes write the documents; this one waits for them and never does. */
  readonly onlyFollow?: boolean;
  /** For tests, which can't wait so long. */
  readonly leaseTimes?: LeaseTimes;
}

/**
 * Keeps all projections current with the log. A crash anywhere leaves a checkpoint that is not after the
 * documents; what is folded again then changes nothing, for each document knows its last event.
 *
 * Of many processes one writes a projection (leases.ts, writing.ts), each perhaps others; what is written
 * elsewhere is followed by its checkpoint (watching.ts), so that `whenProcessed` is true everywhere.
 *
 * An event that a projection can't digest stops that projection before it, alone, until it is decided
 * that the event is left out. A checkpoint of another log, or after this log's head, stops it at once: its
 * documents must be built again. When they were, beside these, they are switched to (switching.ts).
 */
export const startProjections = async (parts: RunnerParts): Promise<ProjectionRunner> => {
  const { log, documents, projections, onStopped, onTrouble } = parts;
  const end = new AbortController();
  const standings = await readStandings(documents);
  const opened = projections.map((each) => openTrack(each, standingIn(standings, checkpointName(each)).live));
  await documents.prepare(opened.filter((track) => !isUnbuilt(track)).map(({ collection }) => collection));
  const tracks = createTracks(opened, parts.pointers ?? createPointers(), onStopped);
  const waiters = createWaiters(tracks.all);
  const leases = await keepLeases({
    documents,
    names: parts.onlyFollow === true ? [] : tracks.all.map(({ name }) => name),
    own: thisInstance,
    clock: () => performance.now(),
    onTrouble,
    ...(parts.leaseTimes === undefined ? {} : { times: parts.leaseTimes }),
  });
  const shared = { log, documents, tracks, leases, waiters, signal: end.signal, onTrouble };
  const writing = createWriting(shared);
  const watching = createWatching({ ...shared, writing });
  // What fails here is tried again by `work`.
  await writing.takeUpHeld().catch(onTrouble);
  const working = Promise.all([writing.work(), watching.watch()]);

  return {
    health: tracks.health,
    whenProcessed: (position, timeoutMs, names) => {
      const processed = waiters.wait(position, timeoutMs, names);
      watching.hurry();
      return processed;
    },
    async stop() {
      end.abort();
      await working;
      await leases.stop();
    },
  };
};
