import { vi } from 'vitest';

/** Resolves once the check passes. Patient, for the machine may do other things as well. */
export const until = <Result>(check: () => Result | Promise<Result>): Promise<Result> =>
  vi.waitFor(check, { timeout: 100_000, interval: 20 });
