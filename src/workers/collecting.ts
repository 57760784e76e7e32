import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { handle } from '../commands/handler.ts';
import { sweepDecider } from '../commands/sweep.ts';
import type { CommandId, ImageId } from '../events/ids.ts';
import type { EventLog } from '../events/log/eventLog.ts';
import type { Actor } from '../events/metadata.ts';
import { sweepStream } from '../events/streams.ts';
import type { ImageStore } from '../images/imageStore.ts';
import type { ReadModel } from '../projections/readModel.ts';
import { allRunning } from './allRunning.ts';
import type { Running } from './imageWorker.ts';

export interface CollectorParts {
  readonly log: Pick<EventLog, 'head'>;
  readonly readModel: Pick<ReadModel, 'jobs' | 'imageUses' | 'whenProcessed'>;
  readonly images: Pick<ImageStore, 'storedBefore' | 'collect'>;
  /** Says in the log what is gone, at most 100 images at a time. */
  readonly note: (images: readonly ImageId[], storedBefore: Date) => Promise<void>;
  readonly now: () => Date;
  /** An image that no job shows is kept for so long, in milliseconds. */
  readonly keepMs: number;
}

const patience = 10_000;
/** Images told of by one event. */
const batch = 100;

/**
 * # Images that nobody shows
 *
 * A worker stores a picture and then says so in the log; if it dies in between, nobody will ever show that picture.
 * Likewise previews of a worker that was killed, and pictures that came too late. They are removed once they are
 * old. A picture that a completed job shows must never be, also where its worker has stored it and not said so yet:
 *
 * - An attempt that is over can't complete its job, so only running ones matter. What those have stored is younger
 *   than they are; so nothing younger than the oldest running attempt is touched, with `keepMs` to spare, for the
 *   clocks of two machines differ.
 * - Who runs is read before the log's end is, and who shows what after that is projected: an attempt that ended
 *   in between is seen as one or the other.
 * - The same bytes may be stored again meanwhile, for the same picture can be drawn again: the store removes only
 *   what wasn't put since.
 *
 * Answers how many were removed.
 */
export const createCollector =
  ({ log, readModel, images, note, now, keepMs }: CollectorParts) =>
  async (): Promise<number> => {
    const catchUp = async () => readModel.whenProcessed(await log.head(), patience);
    await catchUp();
    const startedAt = now().getTime();
    const running = await allRunning(readModel);
    await catchUp();
    const starts = running.map((job) => (job.startedAt === null ? 0 : Date.parse(job.startedAt)));
    const before = new Date(Math.min(startedAt, ...starts) - keepMs);

    const isShown = async (imageId: string): Promise<boolean> =>
      (await readModel.imageUses(imageId)).some(({ job, kind }) => kind === 'picture' || job.active);

    let count = 0;
    let collected: ImageId[] = [];
    for await (const imageId of images.storedBefore(before)) {
      if (await isShown(imageId)) continue;
      if (!(await images.collect(imageId, before))) continue;
      count += 1;
      collected.push(imageId as ImageId);
      if (collected.length < batch) continue;
      await note(collected, before);
      collected = [];
    }
    if (collected.length > 0) await note(collected, before);
    return count;
  };

/** How collecting is doing. */
export interface CollectingHealth {
  /** Images removed since the start. */
  readonly collected: number;
  /** How long ago it last ran to its end, in milliseconds; since the start where it has not yet. */
  readonly quietMs: number;
  /** What it failed at last; null where all went well. */
  readonly reason: string | null;
}

export interface CollectingParts extends Omit<CollectorParts, 'log' | 'note'> {
  readonly log: EventLog;
  readonly actor: Actor;
  /** A new UUID, version 7. */
  readonly newId: () => string;
  readonly logger: Logger;
  /** A monotonic clock in milliseconds. */
  readonly clock: () => number;
}

const longestPause = 3_600_000;
const pauseAfterTrouble = 60_000;

/** Collects now and then. It may run on every node at once: each image is removed, and told of, by one. */
export const startCollecting = (parts: CollectingParts): Running & { health(): CollectingHealth } => {
  const { log, actor, newId, now, logger, clock, keepMs } = parts;
  const collect = createCollector({
    ...parts,
    async note(images, storedBefore) {
      const commandId = newId() as CommandId;
      const told = { images: [...images], storedBefore: storedBefore.toISOString() };
      const cause = { actor, commandId, correlationId: commandId };
      const command = { type: 'noteCollected', ...told } as const;
      await handle({ log, now }, sweepDecider, sweepStream(now()), command, cause);
    },
  });
  const end = new AbortController();
  let collected = 0;
  let endedAt = clock();
  let reason: string | null = null;

  const work = async (): Promise<void> => {
    while (!end.signal.aborted) {
      try {
        collected += await collect();
        endedAt = clock();
        reason = null;
      } catch (cause) {
        reason = cause instanceof Error ? cause.message : String(cause);
        logger.warn({ err: cause }, 'images that nobody shows could not be collected; trying again');
      }
      const pause = Math.min(keepMs, reason === null ? longestPause : pauseAfterTrouble);
      await delay(pause, undefined, { signal: end.signal }).catch(() => undefined);
    }
  };
  const working = work();
  return {
    health: () => ({ collected, quietMs: clock() - endedAt, reason }),
    async stop() {
      end.abort();
      await working;
    },
  };
};
