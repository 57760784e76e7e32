/** A bucket of tokens: true while there are some. It holds `burst` and fills by `perSecond`. */
export const createFloodGate = (perSecond: number, burst: number, now: () => number) => {
  let tokens = burst;
  let filledAt = now();
  return (): boolean => {
    const time = now();
    tokens = Math.min(burst, tokens + ((time - filledAt) * perSecond) / 1000);
    filledAt = time;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
};
