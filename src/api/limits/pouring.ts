import { z } from 'zod';
import type { DocumentStore } from '../../projections/documents/documentStore.ts';
import type { Pour } from './buckets.ts';

const kind = 'rate_limit';
const record = z.object({ level: z.number(), at: z.number() });

const minute = 60_000;
/** Others write the same record; after so many tries in vain each counts by itself for a while. */
const mostTries = 10;

export interface PouringParts {
  readonly documents: Pick<DocumentStore, 'readRecord' | 'writeRecord'>;
  readonly now: () => Date;
  /** What is limited: a bucket is shared by all processes under the same name. */
  readonly name: string;
  readonly perMinute: number;
}

/**
 * The buckets that all processes over the same documents share, as records that the store forgets a minute
 * after the last change. Clocks of several machines differ: one that is behind lets a bucket leak
 * late, by at most the minute that any bucket takes.
 */
export const createPouring = ({ documents, now, name, perMinute }: PouringParts): Pour => {
  return async (key, amount) => {
    const id = `${name} ${key}`;
    for (let tries = 0; tries < mostTries; tries += 1) {
      const before = await documents.readRecord(kind, id);
      const known = record.safeParse(before?.value).data ?? { level: 0, at: 0 };
      const at = now().getTime();
      const leaked = (Math.max(0, at - known.at) * perMinute) / minute;
      // No fuller than full: nobody waits longer because several processes let them through at once.
      const level = Math.min(perMinute, Math.max(0, known.level - leaked) + amount);
      const written = await documents.writeRecord(
        kind,
        id,
        before?.version ?? null,
        { level, at },
        at + minute,
      );
      if (written === 'written') return level;
    }
    throw new Error(`the shared limit of ${name} was written by others ${mostTries} times in a row`);
  };
};
