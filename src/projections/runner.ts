import { setTimeout as delay } from 'node:timers/promises';
import type { Position } from '../events/ids.ts';
import { startOfLog } from '../events/ids.ts';
import type { EventLog, RecordedEvent } from '../events/log/eventLog.ts';
import type { Checkpoint, DocumentStore, DocumentWrite } from './documents/documentStore.ts';
import type { AnyProjection } from './projection.ts';
import { decodePage, foldPage, load, openTracks, type Track } from './track.ts';

/** How one projection is doing. */
export interface ProjectionHealth {
  readonly name: string;
  /** `stopped` where an event could not be digested or the checkpoint is of another log: `reason` says it. */
  readonly state: 'running' | 'stopped';
  readonly position: Position;
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

export class ReadModelBehind extends Error {
  readonly code = 'read_model_behind';
  constructor(wanted: Position, reached: Position, options?: ErrorOptions) {
    super(`the read model is at ${reached}, not yet at ${wanted}`, options);
    this.name = 'ReadModelBehind';
  }
}

export interface RunnerParts {
  readonly log: EventLog;
  readonly documents: Pick<DocumentStore, 'prepare' | 'getAll' | 'checkpoint' | 'write'>;
  readonly projections: readonly AnyProjection[];
  readonly onStopped: (health: ProjectionHealth, cause: unknown) => void;
  /** Something failed that is being tried again. */
  readonly onTrouble: (cause: unknown) => void;
}

/** Changed documents of one projection that may gather while a batch is being written; then folding waits. */
const fullBatch = 500;
const longestPause = 5_000;

interface Waiter {
  readonly position: Position;
  readonly names: readonly string[];
  readonly settle: (error: ReadModelBehind | null) => void;
}

interface Batch {
  readonly documents: readonly DocumentWrite[];
  readonly checkpoints: readonly Checkpoint[];
}

/**
 * Follows the log from the least checkpoint and keeps all projections current. Pages of events are
 * folded in memory, then their documents and every checkpoint are written together; what is folded
 * while one batch is being written is the next. So in quiet times each event is written at once, and
 * far behind the head a document that many events concern is written once for all of them. A crash
 * anywhere leaves a checkpoint that is not after the documents; what is folded again then changes
 * nothing, for each document knows its last event.
 *
 * An event that a projection can't digest stops that projection before it, alone. A checkpoint of
 * another log, or after this log's head, stops it at once: its documents must be built again.
 */
export const startProjections = async (parts: RunnerParts): Promise<ProjectionRunner> => {
  const { log, documents, projections, onStopped } = parts;
  const end = new AbortController();
  const waiters = new Set<Waiter>();
  await documents.prepare(projections.map(({ collection }) => collection));
  const tracks = await openTracks(log, documents, projections);

  const healthOf = ({ name, written, stopped }: Track): ProjectionHealth => ({
    name,
    state: stopped === null ? 'running' : 'stopped',
    position: written,
    reason: stopped?.reason ?? null,
  });

  const stop = (track: Track, reason: string, cause: unknown): void => {
    track.stopped = { reason };
    onStopped(healthOf(track), cause);
  };

  /** Null while it still has to be waited for. */
  const verdict = ({ position, names }: Pick<Waiter, 'position' | 'names'>): 'there' | Track | null => {
    const behind = tracks.filter(({ name, written }) => names.includes(name) && written < position);
    if (behind.length === 0) return 'there';
    return behind.find(({ stopped }) => stopped !== null) ?? null;
  };
  const settleWaiters = (): void => {
    for (const waiter of waiters) {
      const found = verdict(waiter);
      if (found === null) continue;
      waiters.delete(waiter);
      waiter.settle(found === 'there' ? null : new ReadModelBehind(waiter.position, found.written));
    }
  };

  const fold = async (page: readonly RecordedEvent[]): Promise<void> => {
    const running = tracks.filter(({ stopped }) => stopped === null);
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
    return { documents: changed, checkpoints };
  };

  /** The same batch until it is written: what is there already is passed over. */
  const write = async (batch: Batch): Promise<void> => {
    for (let pause = 50; ; pause = Math.min(2 * pause, longestPause)) {
      try {
        await documents.write(batch.documents, batch.checkpoints);
        break;
      } catch (cause) {
        parts.onTrouble(cause);
        if (end.signal.aborted) throw cause;
        await delay(pause);
      }
    }
    for (const { name, position } of batch.checkpoints)
      for (const track of tracks) if (track.name === name) track.written = position;
    settleWaiters();
  };

  const follow = async (): Promise<void> => {
    const running = tracks.filter(({ stopped }) => stopped === null).map(({ folded }) => folded);
    let writing = null as Promise<void> | null;
    const writeOn = (): void => {
      const batch = takeBatch();
      writing = batch.checkpoints.length === 0 ? null : write(batch).then(writeOn);
      // Whether it fails is learnt when it is awaited; until then it must not count as unhandled.
      writing?.catch(() => undefined);
    };
    try {
      for await (const item of log.subscribe({
        after: running.toSorted()[0] ?? startOfLog,
        signal: end.signal,
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
    while (!end.signal.aborted)
      try {
        await follow();
      } catch (cause) {
        parts.onTrouble(cause);
        // What was folded and not written is folded again, from the documents.
        for (const track of tracks) {
          track.recent.clear();
          track.changed.clear();
          track.folded = track.written;
        }
        await delay(longestPause / 5, undefined, { signal: end.signal }).catch(() => undefined);
      }
  };

  for (const track of tracks) if (track.stopped !== null) onStopped(healthOf(track), null);
  const working = work();

  return {
    health: () => tracks.map(healthOf),
    whenProcessed: (position, timeoutMs, names = tracks.map(({ name }) => name)) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiters.delete(waiter);
          const behind = tracks.filter(({ name }) => names.includes(name)).map(({ written }) => written);
          reject(new ReadModelBehind(position, behind.toSorted()[0] ?? startOfLog));
        }, timeoutMs);
        const waiter: Waiter = {
          position,
          names,
          settle: (error) => {
            clearTimeout(timer);
            if (error === null) resolve();
            else reject(error);
          },
        };
        waiters.add(waiter);
        settleWaiters();
      }),
    async stop() {
      end.abort();
      await working;
    },
  };
};
