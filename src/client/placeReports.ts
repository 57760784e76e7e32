import type { QueuePlaces } from '../projections/places.ts';
import type { Cursor } from './cursor.ts';
import type { PlacesShown } from './wire.ts';

export interface PlaceReports {
  /** The queue is live from now on. */
  begin(): void;
  /** The queue as it is shown at this cursor. */
  shown(queue: QueuePlaces, cursor: Cursor): void;
}

const most = 10;

/**
 * Tells the server now and then which places are shown here, so that whoever runs it knows whether they are
 * right. Not before the queue has been live for a while: a list may be newer than the snapshot that it came
 * in, and is as of the cursor only once what happened until then has come.
 */
export const createPlaceReports = (everyMs: number, tell: (shown: PlacesShown) => void): PlaceReports => {
  let dueAt = Number.POSITIVE_INFINITY;
  /** Spread, so that clients that connected together don't tell together. */
  const wait = (): void => {
    dueAt = everyMs === 0 ? Number.POSITIVE_INFINITY : Date.now() + everyMs * (0.5 + Math.random());
  };
  return {
    begin: wait,
    shown({ waiting, waitingCount }, { logId, through }) {
      if (Date.now() < dueAt) return;
      const isCut = waiting.length < waitingCount;
      const places = waiting
        .flatMap(({ ticket, own, place }, index) => {
          const shown = isCut ? place : index + 1;
          return own === null || shown === undefined ? [] : [{ ticket, place: shown }];
        })
        .slice(0, most);
      if (places.length === 0) return;
      wait();
      tell({ logId, position: through, places });
    },
  };
};
