import { setTimeout as delay } from 'node:timers/promises';
import type { Position } from '../events/ids.ts';
import { startOfLog } from '../events/ids.ts';
import type { EventLog, RecordedEvent } from '../events/log/eventLog.ts';
import { createBell } from './bell.ts';
import {
  type Checkpoint,
  type DocumentStore,
  type DocumentWrite,
  type Lease,
  LeaseLost,
} from './documents/documentStore.ts';
import { thisInstance } from './instance.ts';
import { keepLeases, type LeaseTimes } from './leases.ts';
import type { AnyProjection } from './projection.ts';
import { decodePage, foldPage, goOnFrom, load, moveTo, openTrack, startAgain, type Track } from './track.ts';
import { createWaiters } from './waiters.ts';

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
  readonly onStopped: (health: ProjectionHealth, cause: unknown) => void;
  /** Something failed that is being tried again. */
  readonly onTrouble: (cause: unknown) => void;
  /** Other processes write the documents; this one waits for them and never does. */
  readonly onlyFollow?: boolean;
  /** For tests, which can't wait so long. */
  readonly leaseTimes?: LeaseTimes;
}

/** Changed documents of one projection that may gather while a batch is being written; then folding waits. */
const fullBatch = 500;
const longestPause = 5_000;
/** How often a checkpoint that another process moves is looked at: while somebody waits for it, and else. */
const lookEvery = { waitedFor: 25, quiet: 1_000 };

const forEver = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

interface Batch {
  readonly documents: readonly DocumentWrite[];
  readonly checkpoints: readonly Checkpoint[];
  /** Under which it was folded: one that is lost meanwhile must not be replaced by a later one. */
  readonly leases: readonly Lease[];
}

/**
 * Follows the log from the least checkpoint and keeps all projections current. Pages of events are
 * folded in memory, then their documents and every checkpoint are written together; what is folded
 * while one batch is being written is the next. So in quiet times each event is written at once, and
 * far behind the head a document that many events concern is written once for all of them. A crash
 * anywhere leaves a checkpoint that is not after the documents; what is folded again then changes
 * nothing, for each document knows its last event.
 *
 * Of many processes one writes a projection (leases.ts), each perhaps others; what is written elsewhere
 * is followed by its checkpoint, so that `whenProcessed` is true everywhere.
 *
 * An event that a projection can't digest stops that projection before it, alone. A checkpoint of
 * another log, or after this log's head, stops it at once: its documents must be built again.
 */
export const startProjections = async (parts: RunnerParts): Promise<ProjectionRunner> => {
  const { log, documents, projections, onStopped, onTrouble } = parts;
  const end = new AbortController();
  await documents.prepare(projections.map(({ collection }) => collection));
  const tracks = projections.map(openTrack);
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

  const stop = (track: Track, reason: string, cause: unknown): void => {
    track.stopped = { reason };
    onStopped(healthOf(track), cause);
  };

  /** What is written here. */
  const led = (): readonly Track[] =>
    tracks.filter(({ lease, stopped }) => lease !== null && stopped === null);

  /** Fences off the last holder, and goes on from where that one came. */
  const takeUp = async (track: Track, lease: Lease): Promise<void> => {
    const checkpoint = await documents.takeOver(lease);
    const head = await log.head();
    track.lease = lease;
    const reason = goOnFrom(track, checkpoint, { logId: log.logId, head });
    if (reason !== null && track.stopped === null) stop(track, reason, null);
  };

  /** Takes up what is held by now and wasn't; leaves what is held no longer. */
  const takeUpHeld = async (): Promise<void> => {
    const held = new Map(leases.held().map((lease) => [lease.name, lease]));
    // Until the last of them is done: none may go on behind the next try.
    const outcomes = await Promise.allSettled(
      tracks.map(async (track) => {
        const lease = held.get(track.name) ?? null;
        if (lease?.fence === track.lease?.fence) return;
        track.lease = null;
        startAgain(track);
        if (lease !== null) await takeUp(track, lease);
      }),
    );
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    waiters.settle();
  };

  const fold = async (page: readonly RecordedEvent[]): Promise<void> => {
    const running = led();
    const read = decodePage(page);
    await Promise.all(running.map((track) => load(documents, track, read)));
    for (const track of running) {
      const indigestible = foldPage(track, read);
      if (indigestible !== null) stop(track, indigestible.reason, indigestible.cause);
    }
  };

  const takeBatch = (): Batch => {
    const moved = tracks.filter(({ folded, written }) => folded > written);
    const checkpoints = moved.map(({ name, folded }) => ({ name, logId: log.logId, position: folded }));
    const changed = tracks.flatMap((track) => [...track.changed.values()]);
    for (const track of tracks) track.changed = new Map();
    return { documents: changed, checkpoints, leases: moved.flatMap(({ lease }) => lease ?? []) };
  };

  /** The same batch until it is written: what is there already is passed over. */
  const write = async (batch: Batch): Promise<void> => {
    for (let pause = 50; ; pause = Math.min(2 * pause, longestPause)) {
      try {
        await documents.write(batch.documents, batch.checkpoints, batch.leases);
        break;
      } catch (cause) {
        if (cause instanceof LeaseLost) throw cause;
        onTrouble(cause);
        if (end.signal.aborted) throw cause;
        await delay(pause, undefined, { signal: end.signal }).catch(() => undefined);
      }
    }
    for (const { name, position } of batch.checkpoints)
      for (const track of tracks) if (track.name === name) moveTo(track, position);
    waiters.settle();
  };

  const follow = async (signal: AbortSignal): Promise<void> => {
    const begins = led().map(({ folded }) => folded);
    let writing = null as Promise<void> | null;
    const writeOn = (): void => {
      const batch = takeBatch();
      writing = batch.checkpoints.length === 0 ? null : write(batch).then(writeOn);
      // Whether it fails is learnt when it is awaited; until then it must not count as unhandled.
      writing?.catch(() => undefined);
    };
    try {
      for await (const item of log.subscribe({
        after: begins.toSorted()[0] ?? startOfLog,
        signal,
      })) {
        if (item.kind !== 'events') continue;
        await fold(item.events);
        if (writing === null) writeOn();
        else if (tracks.some(({ changed }) => changed.size >= fullBatch)) await writing;
      }
    } finally {
      while (writing !== null) await writing;
    }
  };

  const work = async (): Promise<void> => {
    while (!end.signal.aborted) {
      const change = AbortSignal.any([end.signal, leases.change()]);
      try {
        await takeUpHeld();
        await (led().length === 0 ? forEver(change) : follow(change));
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

  const seeWrittenElsewhere = async (track: Track): Promise<void> => {
    const checkpoint = await documents.checkpoint(track.name);
    if (track.lease !== null || checkpoint === null || checkpoint.position <= track.written) return;
    const reason = goOnFrom(track, checkpoint, { logId: log.logId, head: checkpoint.position });
    if (reason !== null) stop(track, reason, null);
  };

  const bell = createBell();
  const watch = async (): Promise<void> => {
    while (!end.signal.aborted) {
      const elsewhere = tracks.filter(({ lease, stopped }) => lease === null && stopped === null);
      let pause = elsewhere.length > 0 && waiters.count() > 0 ? lookEvery.waitedFor : lookEvery.quiet;
      try {
        await Promise.all(elsewhere.map(seeWrittenElsewhere));
        waiters.settle();
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
