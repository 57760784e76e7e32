/** So many of a kind a minute for each key; whoever was quiet may send a whole minute's at once. */
export interface Buckets {
  /** Null where it may go on; else for how many whole seconds to wait. */
  spend(key: string): number | null;
}

/** For a limit that is switched off. */
export const unlimited: Buckets = { spend: () => null };

/** Of all who share in a limit: says how full a key's bucket is there, after `amount` was poured in. */
export type Pour = (key: string, amount: number) => Promise<number>;

export interface BucketsParts {
  readonly perMinute: number;
  /** In milliseconds, and never set back. */
  readonly clock: () => number;
  /** Tells other processes; absent where there are none. */
  readonly pour?: Pour;
  readonly onTrouble?: (cause: unknown) => void;
}

interface Bucket {
  level: number;
  at: number;
  /** Poured in since others were told. */
  untold: number;
  isTelling: boolean;
}

const minute = 60_000;
/** So many keys are remembered, which are 10 MB; then those forgotten first that were quiet for longest. */
const mostKeys = 50_000;
/**
 * Others are told after each so much of the limit: who keeps well below it costs no store anything, and
 * with n processes somebody gets through at most n such parts more than they may.
 */
const toldAfter = 0.1;

/**
 * Each key has a bucket that leaks a minute's worth in a minute; what would make it overflow is refused.
 * Unlike a count that begins anew each minute it lets nobody send two minutes' worth around the
 * stroke of one, and doesn't have all who were refused come back in the same moment.
 */
export const createBuckets = ({ perMinute, clock, pour, onTrouble }: BucketsParts): Buckets => {
  const rate = perMinute / minute;
  const step = Math.max(1, perMinute * toldAfter);
  const buckets = new Map<string, Bucket>();

  /** Known keys move to the end: the first is the one that was quiet for longest. */
  const bucketOf = (key: string): Bucket => {
    const bucket = buckets.get(key) ?? { level: 0, at: clock(), untold: 0, isTelling: false };
    buckets.delete(key);
    buckets.set(key, bucket);
    const [oldest] = buckets.keys();
    if (buckets.size > mostKeys && oldest !== undefined) buckets.delete(oldest);
    return bucket;
  };

  const leak = (bucket: Bucket): void => {
    const now = clock();
    bucket.level = Math.max(0, bucket.level - (now - bucket.at) * rate);
    bucket.at = now;
  };

  /** Nobody waits for it. While the store is away each process counts by itself. */
  const tell = async (key: string, bucket: Bucket, tellOthers: Pour): Promise<void> => {
    const amount = bucket.untold;
    bucket.untold = 0;
    bucket.isTelling = true;
    try {
      const level = await tellOthers(key, amount);
      leak(bucket);
      bucket.level = Math.min(perMinute, Math.max(bucket.level, level + bucket.untold));
    } catch (cause) {
      onTrouble?.(cause);
    } finally {
      bucket.isTelling = false;
    }
  };

  return {
    spend(key) {
      const bucket = bucketOf(key);
      leak(bucket);
      if (bucket.level + 1 > perMinute) return Math.ceil((bucket.level + 1 - perMinute) / rate / 1000);
      bucket.level += 1;
      bucket.untold += 1;
      if (pour !== undefined && !bucket.isTelling && bucket.untold >= step) void tell(key, bucket, pour);
      return null;
    },
  };
};
