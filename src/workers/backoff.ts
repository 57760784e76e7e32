/** The first pause, and the longest, in milliseconds. */
const first = 1_000;
const longest = 60_000;

/**
 * How long the next attempt waits after attempt n failed: twice as long each time, and the half of it at
 * random (0–1), so that jobs that failed together don't come back together.
 */
export const pauseAfter = (attempt: number, random: number): number => {
  const pause = Math.min(first * 2 ** (attempt - 1), longest);
  return Math.round(pause * (0.5 + random / 2));
};
