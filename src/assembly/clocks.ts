export const now = (): Date => new Date();
/** In milliseconds; it never jumps. */
export const monotonic = (): number => performance.now();
