import type { Logger } from 'pino';
import type { Position, UserId } from '../../events/ids.ts';
import type { EventLog } from '../../events/log/eventLog.ts';
import type { Past } from '../../projections/past.ts';
import type { ReadModel } from '../../projections/readModel.ts';
import { limits } from './limits.ts';
import type { PlacesShown } from './requests.ts';

/** What became of a place that a client says it shows: compared with the log's, or not. */
export type PlaceOutcome = 'matched' | 'mismatched' | 'unchecked';

/** Compares what a client shows with the log; it never rejects, and is seldom done (below). */
export type PlaceCheck = (viewer: UserId, shown: PlacesShown) => Promise<void>;

export interface PlaceCheckParts {
  readonly log: Pick<EventLog, 'logId'>;
  readonly readModel: Pick<ReadModel, 'whenProcessed'>;
  readonly past: Pick<Past, 'queue'>;
  readonly logger: Logger;
  /** Milliseconds that only go on. */
  readonly clock: () => number;
  readonly counted: (outcome: PlaceOutcome, places: number) => void;
}

/**
 * The place that a person sees is counted by their client, from changes. Here it is counted from the log: by
 * the queue as it was at the position that the client had come to, which other code folds, so that the same
 * mistake isn't made twice.
 *
 * To know the queue of then costs time that grows with it, so checks are a sample: one at a time, each
 * followed by a pause of a hundred times as long as it took, and each person's at most every ten seconds, for
 * nobody may take the turns of the others. What isn't compared is counted as that.
 */
export const createPlaceChecks = ({
  log,
  readModel,
  past,
  logger,
  clock,
  counted,
}: PlaceCheckParts): PlaceCheck => {
  let isChecking = false;
  let restsUntil = Number.NEGATIVE_INFINITY;
  const lately = new Map<UserId, number>();

  const forget = (): void => {
    for (const [viewer, at] of lately) if (clock() - at >= limits.checkEachMs) lately.delete(viewer);
  };

  const mayCheck = (viewer: UserId, { logId }: PlacesShown): boolean => {
    forget();
    return logId === log.logId && !isChecking && clock() >= restsUntil && !lately.has(viewer);
  };

  const compare = async (viewer: UserId, { position, places }: PlacesShown): Promise<void> => {
    await readModel.whenProcessed(position, limits.snapshotMs);
    const { jobs } = await past.queue(viewer, 0, position);
    const inLog = new Map<Position, number>(jobs.map(({ ticket, place }) => [ticket, place]));
    for (const { ticket, place } of places) {
      const isRight = inLog.get(ticket) === place;
      counted(isRight ? 'matched' : 'mismatched', 1);
      if (isRight) continue;
      const found = { viewer, position, ticket, shown: place, inLog: inLog.get(ticket) ?? null };
      logger.error(found, 'a place that was shown is not the one in the log');
    }
  };

  return async (viewer, shown) => {
    if (!mayCheck(viewer, shown)) return counted('unchecked', shown.places.length);
    const begun = clock();
    isChecking = true;
    lately.set(viewer, begun);
    try {
      await compare(viewer, shown);
    } catch (cause) {
      counted('unchecked', shown.places.length);
      logger.warn({ err: cause }, 'places that were shown could not be compared with the log');
    } finally {
      isChecking = false;
      restsUntil = clock() + limits.checkRest * (clock() - begun);
    }
  };
};

/** Where nobody wants to know. */
export const noPlaceCheck: PlaceCheck = async () => {};
