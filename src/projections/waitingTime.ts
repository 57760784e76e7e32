import type { QueuePlaces } from './places.ts';

/** How long pictures took lately, in milliseconds: half of them lie within `spread` of the median, about. */
export interface Durations {
  readonly median: number;
  readonly spread: number;
}

/** What was measured of the newest pictures. */
export interface Pace {
  /** Most that were drawn at the same time. */
  readonly workers: number;
  readonly durations: Durations;
}

export interface ExpectedWait {
  readonly milliseconds: number;
  /** It may be so much less or more. */
  readonly error: number;
}

interface Drawn {
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

/** Between the two values around that share of a sorted list. */
const quantile = (sorted: readonly number[], share: number): number => {
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
};

/** A picture that ends as another begins is not drawn beside it. */
const mostAtOnce = (spans: readonly (readonly [begin: number, end: number])[]): number =>
  Math.max(
    ...spans.map(([begin]) => spans.filter(([from, until]) => from <= begin && begin < until).length),
    1,
  );

/** The pace of the pictures that were finished last; null where none is known. */
export const paceOf = (drawn: readonly Drawn[]): Pace | null => {
  const spans = drawn.flatMap(({ startedAt, endedAt }) => {
    if (startedAt === null || endedAt === null) return [];
    const begin = Date.parse(startedAt);
    return [[begin, Math.max(begin, Date.parse(endedAt))] as const];
  });
  if (spans.length === 0) return null;
  const sorted = spans.map(([begin, end]) => end - begin).sort((a, b) => a - b);
  const spread = (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 2;
  return { workers: mostAtOnce(spans), durations: { median: quantile(sorted, 0.5), spread } };
};

/**
 * How long until the job at this place is begun. So many rounds of the typical picture as there are jobs
 * before it, shared among those that are drawn at once; less half a round, for what is being drawn is on
 * average half done. The error grows with the root of the rounds, since some take longer and some less;
 * and nobody knows where in the first of them we are: a quarter of it either way. Null where nothing was
 * measured, the queue is paused, or the job doesn't wait.
 */
export const expectedWait = (
  place: number | null,
  { running, paused }: Pick<QueuePlaces, 'running' | 'paused'>,
  pace: Pace | null,
): ExpectedWait | null => {
  if (place === null || pace === null || paused) return null;
  const { median, spread } = pace.durations;
  const rounds = Math.ceil(place / Math.max(pace.workers, running));
  return {
    milliseconds: (rounds - 0.5) * median,
    error: Math.hypot(Math.sqrt(rounds) * spread, median / 4),
  };
};
