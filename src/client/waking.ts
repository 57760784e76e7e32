const beat = 2_000;

/**
 * Calls back when this machine may have slept, or its network or page came back. While it sleeps timers
 * stand still but the clock goes on: a beat that comes late by the clock tells of it. (So does a busy or
 * throttled program: being told too often does no harm, who is told looks what time has passed.)
 */
export const watchForWaking = (woken: () => void): (() => void) => {
  let last = Date.now();
  const timer = setInterval(() => {
    const now = Date.now();
    const isLate = now - last > 2 * beat;
    last = now;
    if (isLate) woken();
  }, beat);
  const events = typeof addEventListener === 'function' ? ['online', 'pageshow', 'focus'] : [];
  for (const event of events) addEventListener(event, woken);
  return () => {
    clearInterval(timer);
    for (const event of events) removeEventListener(event, woken);
  };
};
