import { defineConfig } from 'vitest/config';

/**
 * One project a layer of tests; `npm test` runs them all and says what was skipped and why. Layers of
 * one group run side by side, groups one after the other: what browsers and faults do to a machine must
 * not disturb others, nor others them.
 */
const layer = (name: string, testTimeout: number, group: number) => ({
  test: {
    name,
    sequence: { groupOrder: group },
    include: [`test/${name}/**/*.test.{ts,tsx}`],
    pool: 'forks' as const,
    testTimeout,
    hookTimeout: 60_000,
  },
});

/** A layer whose files run one at a time. */
const alone = (name: string, testTimeout: number, group: number) => {
  const { test } = layer(name, testTimeout, group);
  return { test: { ...test, maxWorkers: 1, fileParallelism: false } };
};

export default defineConfig({
  test: {
    maxWorkers: 2,
    // `npm run coverage`: of the rooms in which a mistake loses something. Threads are counted by no collector.
    coverage: {
      provider: 'v8',
      include: ['src/events/**', 'src/commands/**', 'src/projections/**', 'src/api/delivery/**'],
      reporter: ['text-summary', 'json-summary', 'text'],
      reportsDirectory: 'test-results/coverage',
      reportOnFailure: true,
    },
    projects: [
      layer('unit', 60_000, 0),
      layer('contract', 120_000, 0),
      layer('integration', 120_000, 0),
      layer('faults', 600_000, 2),
      alone('e2e', 120_000, 1),
    ],
  },
});
