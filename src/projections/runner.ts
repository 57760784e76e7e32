import { setTimeout as delay } from 'node:timers/promises';
import type { Position } from '../events/ids.ts';
import { startOfLog } from '../events/ids.ts';
import type { EventLog } from '../events/log/eventLog.ts';
import { createBell } from './bell.ts';
import { isPardoned, readSkipped } from './decisions.ts';
import { type DocumentStore, type Lease, LeaseLost } from './documents/documentStore.ts';
import { type Batch, follow } from './follow.ts';
import {
  changeStanding,
  createPointers,
  type Pointers,
  readStandings,
  type Standing,
  type Stopped,
  type Switching,
  standingIn,
  withStop,
} from './generations.ts';
import { thisInstance } from './instance.ts';
import { keepLeases, type LeaseTimes } from './leases.ts';
import { type AnyProjection, checkpointName } from './projection.ts';
import { switchToWanted, tellOfSwitch } from './switching.ts';
import { goOnFrom, openTrack, startAgain, type Track } from './track.ts';
import { createWaiters } from './waiters.ts';
import { longestPause, writeBatch } from './writeBatch.ts';

/** How one projection is doing. */
export interface ProjectionHealth {
  readonly name: string;
  /** `stopped` where an event could not be digested or the checkpoint is of another log: `reason` says it. */
  readonly state: 'running' | 'stopped';
  readonly position: Position;
  /** How long ago this process last saw it move, in milliseconds; since its start where it has not yet. */
  readonly quietMs: number;
  readonly reason: string | null;
}

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
    'prepare' | 'getAll' | 'checkpoint' | 'write' | 'takeOver' | 'readRecord' | 'writeRecord'
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

/** How often a checkpoint that another process moves is looked at: while somebody waits for it, and else. */
const lookEvery = { waitedFor: 25, quiet: 1_000 };

const forEver = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/**
 * Follows the log from the least checkpoint and keeps all projections current (follow.ts). A crash
 * anywhere leaves a checkpoint that is not after the documents; what is folded again then changes
 * nothing, for each document knows its last event.
 *
 * Of many processes one writes a projection (leases.ts), each perhaps others; what is written elsewhere
 * is followed by its checkpoint, so that `whenProcessed` is true everywhere.
 *
 * An event that a projection can't digest stops that projection before it, alone, until it is decided
 * that the event is left out. A checkpoint of another log, or after this log's head, stops it at once: its
 * documents must be built again. When they were, beside these, they are switched to (switching.ts).
 */
export const startProjections = async (parts: RunnerParts): Promise<ProjectionRunner> => {
  const { log, documents, projections, onStopped, onTrouble } = parts;
  const pointers = parts.pointers ?? createPointers();
  const end = new AbortController();
  const standings = await readStandings(documents);
  const tracks = projections.map((each) => openTrack(each, standingIn(standings, checkpointName(each)).live));
  await documents.prepare(tracks.map(({ collection }) => collection));
  pointers.point(new Map(tracks.map(({ name, generation }) => [name, generation])));
  const waiters = createWaiters(tracks);
  const leases = await keepLeases({
    documents,
    names: parts.onlyFollow === true ? [] : tracks.map(({ name }) => name),
    own: thisInstance,
    clock: () => performance.now(),
    onTrouble,
    ...(parts.leaseTimes === undefined ? {} : { times: parts.leaseTimes }),
  });

  const healthOf = ({ name, written, movedAt, stopped }: Track): ProjectionHealth => ({
    name,
    state: stopped === null ? 'running' : 'stopped',
    position: written,
    quietMs: performance.now() - movedAt,
    reason: stopped?.reason ?? null,
  });

  const stop = (track: Track, stopped: Stopped, cause: unknown): void => {
    track.stopped = stopped;
    onStopped(healthOf(track), cause);
  };

  /** What is written here. */
  const led = (): readonly Track[] =>
    tracks.filter(({ lease, stopped }) => lease !== null && stopped === null);
  const leaseOf = ({ name }: Track): Lease | undefined => leases.held().find((lease) => lease.name === name);

  const replace = (track: Track, by: Track): void => {
    tracks[tracks.indexOf(track)] = by;
    pointers.point(new Map([[by.name, by.generation]]));
  };

  /** Fences off the last holder, and goes on from where that one came. */
  const takeUp = async (track: Track, { fence }: Lease): Promise<void> => {
    const lease = { name: track.collection.name, fence };
    track.skipped = await readSkipped(log, track.projection.name);
    const checkpoint = await documents.takeOver(lease);
    const head = await log.head();
    track.lease = lease;
    const stopped = goOnFrom(track, checkpoint, { logId: log.logId, head });
    if (stopped !== null && track.stopped === null) stop(track, stopped, null);
  };

  /** Takes up what is held by now and wasn't; leaves what is held no longer. */
  const takeUpHeld = async (): Promise<void> => {
    // Until the last of them is done: none may go on behind the next try.
    const outcomes = await Promise.allSettled(
      tracks.map(async (track) => {
        const lease = leaseOf(track) ?? null;
        if (lease?.fence === track.lease?.fence) return;
        track.lease = null;
        startAgain(track);
        if (lease !== null) await takeUp(track, lease);
      }),
    );
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    waiters.settle();
  };

  const write = async (batch: Batch): Promise<void> => {
    await writeBatch({ documents, signal: end.signal, onTrouble }, batch);
    waiters.settle();
  };

  /** What can't be switched to must not keep us from following: it is given up. */
  const switchOver = async (track: Track, lease: Lease, wanted: Switching): Promise<Track | null> => {
    try {
      return await switchToWanted({ log, documents, write, signal: end.signal }, track, lease, wanted);
    } catch (cause) {
      if (cause instanceof LeaseLost) throw cause;
      onTrouble(cause);
      await changeStanding(documents, track.name, (now) => ({ ...now, wanted: null }));
      return null;
    }
  };

  /** What was decided about a track that is written here, by who rebuilds it or leaves an event out of it. */
  const attendTo = async (track: Track, lease: Lease, standing: Standing): Promise<void> => {
    if (track.generation !== standing.live) {
      const live = openTrack(track.projection, standing.live);
      await documents.prepare([live.collection]);
      await takeUp(live, lease);
      replace(track, live);
    } else if (standing.wanted !== null) {
      const switched = await switchOver(track, lease, standing.wanted);
      if (switched !== null) replace(track, switched);
    } else if (await isPardoned(log, track)) {
      track.skipped = await readSkipped(log, track.projection.name);
      track.stopped = null;
      startAgain(track);
    }
    if (standing.wanted !== null || standing.untold !== null) await tellOfSwitch({ log, documents }, track);
  };

  const attend = async (): Promise<void> => {
    const known = await readStandings(documents);
    for (const track of [...tracks]) {
      const lease = leaseOf(track);
      if (track.lease !== null && lease !== undefined)
        await attendTo(track, lease, standingIn(known, track.name));
    }
    waiters.settle();
  };

  const goOn = async (signal: AbortSignal): Promise<void> => {
    const leading = led();
    const after = leading.map(({ folded }) => folded).toSorted()[0] ?? startOfLog;
    await follow({ log, documents, tracks: leading, stop, write }, log.subscribe({ after, signal }));
  };

  let attention = new AbortController();
  const work = async (): Promise<void> => {
    while (!end.signal.aborted) {
      const change = AbortSignal.any([end.signal, leases.change(), attention.signal]);
      try {
        await takeUpHeld();
        await attend();
        await (led().length === 0 ? forEver(change) : goOn(change));
      } catch (cause) {
        for (const track of tracks) startAgain(track);
        if (cause instanceof LeaseLost) await leases.renew();
        else {
          onTrouble(cause);
          await delay(longestPause / 5, undefined, { signal: end.signal }).catch(() => undefined);
        }
      }
    }
  };

  /** Follows the pointer, and says why it stands where whoever writes it has said so. */
  const seePointedElsewhere = async (standing: Standing, track: Track): Promise<void> => {
    const { live, stops } = standing;
    const current = track.generation === live ? track : openTrack(track.projection, live);
    if (current !== track) {
      await documents.prepare([current.collection]);
      if (leaseOf(track) !== undefined || !tracks.includes(track)) return;
      replace(track, current);
    }
    const { reason, ...at } = stops.find(({ generation }) => generation === live) ?? { reason: null };
    if (reason === null && current.stopped?.at != null) current.stopped = null;
    if (reason !== null && current.stopped === null && 'position' in at) stop(current, { reason, at }, null);
  };

  const seeWrittenElsewhere = async (track: Track): Promise<void> => {
    const checkpoint = await documents.checkpoint(track.collection.name);
    if (track.lease !== null || checkpoint === null || checkpoint.position <= track.written) return;
    const stopped = goOnFrom(track, checkpoint, { logId: log.logId, head: checkpoint.position });
    if (stopped !== null) stop(track, stopped, null);
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
    const isElsewhere = (track: Track): boolean => track.lease === null && leaseOf(track) === undefined;
    const standing = (track: Track): Standing => standingIn(known, track.name);
    await Promise.all(tracks.filter(isElsewhere).map((track) => seePointedElsewhere(standing(track), track)));
    await Promise.all(
      tracks
        .filter((track) => isElsewhere(track) && track.stopped === null)
        .map((track) => seeWrittenElsewhere(track)),
    );
    waiters.settle();
    const leading = tracks.filter(({ lease }) => lease !== null);
    const wanting = await Promise.all(leading.map((track) => needsAttention(track, standing(track))));
    if (!wanting.includes(true)) return;
    attention.abort();
    attention = new AbortController();
  };

  const bell = createBell();
  const watch = async (): Promise<void> => {
    while (!end.signal.aborted) {
      const isElsewhere = tracks.some(({ lease, stopped }) => lease === null && stopped === null);
      let pause = isElsewhere && waiters.count() > 0 ? lookEvery.waitedFor : lookEvery.quiet;
      try {
        await look();
      } catch (cause) {
        onTrouble(cause);
        pause = lookEvery.quiet;
      }
      await bell.next(end.signal, pause);
    }
  };

  // What fails here is tried again by `work`.
  await takeUpHeld().catch(onTrouble);
  const working = Promise.all([work(), watch()]);

  return {
    health: () => tracks.map(healthOf),
    whenProcessed: (position, timeoutMs, names) => {
      const processed = waiters.wait(position, timeoutMs, names);
      bell.ring();
      return processed;
    },
    async stop() {
      end.abort();
      await working;
      await leases.stop();
    },
  };
};
