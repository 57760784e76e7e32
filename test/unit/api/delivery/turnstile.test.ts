import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createTurnstile } from '../../../../src/api/delivery/turnstile.ts';

test('so many pass in one turn of the event loop, the others in the next ones, in order', async () => {
  const turnstile = createTurnstile(2);
  const passed: number[] = [];
  for (const who of [1, 2, 3, 4, 5]) turnstile.pass(() => passed.push(who));
  expect(passed).toEqual([1, 2]);
  await setImmediate();
  expect(passed).toEqual([1, 2, 3, 4]);
  // Who comes while others wait goes behind them.
  const last = turnstile.passed().then(() => passed.push(6));
  expect(passed).toEqual([1, 2, 3, 4]);
  await setImmediate();
  await last;
  expect(passed).toEqual([1, 2, 3, 4, 5, 6]);
  await setImmediate();
  turnstile.pass(() => passed.push(7));
  expect(passed.at(-1)).toBe(7);
});
