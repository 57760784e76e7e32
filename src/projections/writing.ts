import { setTimeout as delay } from 'node:timers/promises';
import { startOfLog } from '../events/ids.ts';
import type { EventLog } from '../events/log/eventLog.ts';
import { isPardoned, readSkipped } from './decisions.ts';
import { type DocumentStore, type Lease, LeaseLost } from './documents/documentStore.ts';
import { type Batch, follow } from './follow.ts';
import { changeStanding, readStandings, type Standing, type Switching, standingIn } from './generations.ts';
import type { Leases } from './leases.ts';
import { switchToWanted, tellOfSwitch } from './switching.ts';
import { goOnFrom, isUnbuilt, openTrack, startAgain, type Track } from './track.ts';
import type { Tracks } from './tracks.ts';
import type { Waiters } from './waiters.ts';
import { longestPause, writeBatch } from './writeBatch.ts';

export interface WritingParts {
  readonly log: EventLog;
  readonly documents: Pick<
    DocumentStore,
    'prepare' | 'getAll' | 'checkpoints' | 'write' | 'takeOver' | 'readRecord' | 'writeRecord'
  >;
  readonly tracks: Tracks;
  readonly leases: Leases;
  readonly waiters: Waiters;
  /** What is read by then is written, then it ends. */
  readonly signal: AbortSignal;
  readonly onTrouble: (cause: unknown) => void;
}

/** What this process writes: the projections whose lease it holds. */
export interface Writing {
  /** Takes up what is held by now and wasn't; leaves what is held no longer. */
  takeUpHeld(): Promise<void>;
  /** Looks anew at what was decided, at once. */
  attend(): void;
  /** Follows the log until the signal aborts. */
  work(): Promise<void>;
}

const forEver = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

export const leaseOf = (leases: Leases, { name }: Track): Lease | undefined =>
  leases.held().find((lease) => lease.name === name);

/** Follows the log from the least checkpoint and keeps what is written here current (follow.ts). */
export const createWriting = (parts: WritingParts): Writing => {
  const { log, documents, tracks, leases, waiters, signal, onTrouble } = parts;

  const led = (): readonly Track[] =>
    tracks.all.filter((track) => track.lease !== null && track.stopped === null && !isUnbuilt(track));

  /** Fences off the last holder, and goes on from where that one came. */
  const takeUp = async (track: Track, { fence }: Lease): Promise<void> => {
    const lease = { name: track.collection.name, fence };
    // There is nothing to write, but whoever holds the lease switches to what is being built.
    if (isUnbuilt(track)) {
      track.lease = lease;
      return;
    }
    track.skipped = await readSkipped(log, track.projection.name);
    const checkpoint = await documents.takeOver(lease);
    const head = await log.head();
    track.lease = lease;
    const stopped = goOnFrom(track, checkpoint, { logId: log.logId, head });
    if (stopped !== null && track.stopped === null) tracks.stop(track, stopped, null);
  };

  const takeUpHeld = async (): Promise<void> => {
    // Until the last of them is done: none may go on behind the next try.
    const outcomes = await Promise.allSettled(
      tracks.all.map(async (track) => {
        const lease = leaseOf(leases, track) ?? null;
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
    await writeBatch({ documents, signal, onTrouble }, batch);
    waiters.settle();
  };

  /** What can't be switched to must not keep us from following: it is given up. */
  const switchOver = async (track: Track, lease: Lease, wanted: Switching): Promise<Track | null> => {
    try {
      return await switchToWanted({ log, documents, write, signal }, track, lease, wanted);
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
      tracks.replace(track, live);
    } else if (standing.wanted !== null) {
      const switched = await switchOver(track, lease, standing.wanted);
      if (switched !== null) tracks.replace(track, switched);
    } else if (await isPardoned(log, track)) {
      track.skipped = await readSkipped(log, track.projection.name);
      track.stopped = null;
      startAgain(track);
    }
    if (standing.wanted !== null || standing.untold !== null) await tellOfSwitch({ log, documents }, track);
  };

  const attendToAll = async (): Promise<void> => {
    const known = await readStandings(documents);
    for (const track of [...tracks.all]) {
      const lease = leaseOf(leases, track);
      if (track.lease !== null && lease !== undefined)
        await attendTo(track, lease, standingIn(known, track.name));
    }
    waiters.settle();
  };

  const goOn = async (until: AbortSignal): Promise<void> => {
    const leading = led();
    const after = leading.map(({ folded }) => folded).toSorted()[0] ?? startOfLog;
    const subscription = log.subscribe({ after, signal: until });
    await follow({ log, documents, tracks: leading, stop: tracks.stop, write }, subscription);
  };

  let attention = new AbortController();
  return {
    takeUpHeld,
    attend() {
      attention.abort();
      attention = new AbortController();
    },
    async work() {
      while (!signal.aborted) {
        const change = AbortSignal.any([signal, leases.change(), attention.signal]);
        try {
          await takeUpHeld();
          await attendToAll();
          await (led().length === 0 ? forEver(change) : goOn(change));
        } catch (cause) {
          for (const track of tracks.all) startAgain(track);
          if (cause instanceof LeaseLost) await leases.renew();
          else {
            onTrouble(cause);
            await delay(longestPause / 5, undefined, { signal }).catch(() => undefined);
          }
        }
      }
    },
  };
};
