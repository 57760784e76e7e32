import { defineConfig } from 'vitest/config';

/** One project a layer of tests; `npm test` runs them all and says what was skipped and why. */
const layer = (name: string, testTimeout: number) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.{ts,tsx}`],
    pool: 'forks' as const,
    testTimeout,
    hookTimeout: 60_000,
  },
});

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      layer('unit', 30_000),
      layer('contract', 60_000),
      layer('integration', 60_000),
      layer('faults', 120_000),
      layer('e2e', 120_000),
    ],
  },
});
