/** What a worker knows of a running attempt, as it is told to the log. */
export interface Progress {
  readonly step: number;
  readonly steps: number;
  readonly stage: string;
  readonly preview: string | null;
}

/** Twice a second while someone surely watches, then once in 5 s; the log keeps each of them for ever. */
const lively = { forMs: 10_000, everyMs: 500 };
const calm = { everyMs: 5_000 };

/**
 * Whether progress is worth an event now: the first, the last and each change of stage always, between
 * them at a pace. Times are milliseconds of one monotonic clock.
 */
export const worthReporting = (
  progress: Progress,
  last: { readonly progress: Progress; readonly at: number } | null,
  startedAt: number,
  now: number,
): boolean => {
  if (last === null || progress.stage !== last.progress.stage || progress.step === progress.steps)
    return true;
  const everyMs = now - startedAt < lively.forMs ? lively.everyMs : calm.everyMs;
  return now - last.at >= everyMs;
};
