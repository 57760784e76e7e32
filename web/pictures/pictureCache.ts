import { ApiProblem } from '../../src/client/client.ts';

/**
 * Pictures as object URLs. They need the session's token, so the browser can't fetch them by itself.
 * A URL holds its bytes in memory until it is revoked: each is counted, and revoked a while after the
 * last that shows it is gone. The while spares a second fetch when a card makes room for the lightbox.
 */
export interface PictureCache {
  borrow(imageId: string): Loan;
  /** Revokes all. */
  close(): void;
}

/** A picture while somebody shows it. */
export interface Loan {
  readonly imageId: string;
  /** Rejects where the bytes can't be had. */
  readonly url: Promise<string>;
  /** Once it isn't shown any more; a second time changes nothing. */
  giveBack(): void;
}

interface Surroundings {
  readonly load: (imageId: string, signal: AbortSignal) => Promise<Blob>;
  readonly createUrl?: (blob: Blob) => string;
  readonly revokeUrl?: (url: string) => void;
  readonly graceMs?: number;
  /** Pauses between tries. */
  readonly pausesMs?: readonly number[];
}

interface Entry {
  readonly url: Promise<string>;
  readonly abort: AbortController;
  made: string | null;
  holders: number;
}

export const createPictureCache = ({
  load,
  createUrl = (blob) => URL.createObjectURL(blob),
  revokeUrl = (url) => URL.revokeObjectURL(url),
  graceMs = 10_000,
  pausesMs = [400, 1_500],
}: Surroundings): PictureCache => {
  const entries = new Map<string, Entry>();

  const loadPatiently = async (imageId: string, signal: AbortSignal): Promise<Blob> => {
    for (const pause of pausesMs) {
      try {
        return await load(imageId, signal);
      } catch (error) {
        // A preview of a job that ended is gone for good.
        if (signal.aborted || (error instanceof ApiProblem && error.status === 410)) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
      signal.throwIfAborted();
    }
    return load(imageId, signal);
  };

  const drop = (imageId: string, entry: Entry): void => {
    if (entries.get(imageId) === entry) entries.delete(imageId);
    entry.abort.abort();
    if (entry.made !== null) revokeUrl(entry.made);
    entry.made = null;
  };

  const open = (imageId: string): Entry => {
    const abort = new AbortController();
    const entry: Entry = {
      abort,
      made: null,
      holders: 0,
      url: loadPatiently(imageId, abort.signal).then((blob) => {
        abort.signal.throwIfAborted();
        entry.made = createUrl(blob);
        return entry.made;
      }),
    };
    // A failure must not stay for ever: whoever asks again causes a new fetch.
    entry.url.catch(() => drop(imageId, entry));
    entries.set(imageId, entry);
    return entry;
  };

  return {
    borrow: (imageId) => {
      const entry = entries.get(imageId) ?? open(imageId);
      entry.holders += 1;
      let lent = true;
      return {
        imageId,
        url: entry.url,
        giveBack: () => {
          if (!lent) return;
          lent = false;
          entry.holders -= 1;
          if (entry.holders > 0) return;
          // Still on its way, and nobody waits for it: the line is free for the next.
          if (entry.made === null) return drop(imageId, entry);
          setTimeout(() => {
            if (entry.holders === 0) drop(imageId, entry);
          }, graceMs);
        },
      };
    },
    close: () => {
      for (const [imageId, entry] of [...entries]) drop(imageId, entry);
    },
  };
};
