import { expect, it } from 'vitest';
import { comeBackAfterMs } from '../../../../src/api/delivery/comeBack.ts';
import { limits } from '../../../../src/api/delivery/limits.ts';

const { leastSpreadMs, mostSpreadMs } = limits;

it.each([
  [1, leastSpreadMs],
  [leastSpreadMs + 1, leastSpreadMs + 1],
  [mostSpreadMs * 10, mostSpreadMs],
])('%s clients of a server that stops come back evenly over %s ms', (connections, spread) => {
  const at = (share: number): number => comeBackAfterMs(connections, () => share);
  expect([0, 0.25, 0.5, 0.75, 1].map(at)).toEqual(
    [0, 0.25, 0.5, 0.75, 1].map((share) => Math.round(share * spread)),
  );
});

it('tells two clients the same time by chance alone', () => {
  const told = Array.from({ length: 1_000 }, () => comeBackAfterMs(mostSpreadMs));
  for (const each of told) expect(each >= 0 && each <= mostSpreadMs).toBe(true);
  expect(new Set(told).size).toBeGreaterThan(900);
});
