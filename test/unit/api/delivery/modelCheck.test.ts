import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Broken, createModel, type Rule, rules } from '../../../support/deliveryModel.ts';

/** `npm run test:schedules` checks a million of them; DELIVERY_SEED repeats a run. */
const schedules = Number(process.env['DELIVERY_SCHEDULES'] ?? 100_000);
const seed = Number(process.env['DELIVERY_SEED'] ?? Date.now() % 2 ** 31);

const schedule = fc.uint8Array({ minLength: 5, maxLength: 60, size: 'max' });
const promise = (without: Rule | null) =>
  fc.property(schedule, fc.integer(), (steps, chance) => createModel(chance, without).run(steps));

describe('the rules of delivery, over a feed and a line that lose 5 % and double 5 %', () => {
  it('leave no gap, no double and no stall, in whatever order things happen', () => {
    fc.assert(promise(null), { numRuns: schedules, seed });
    console.log(`delivery: ${schedules} schedules held, seed ${seed}`);
  }, 3_600_000);

  it.each(rules)(
    'do not without the %s',
    (rule) => {
      // It ends at the first that fails. Without the idle batch that is one of some thousands: what was said last must be lost.
      const { failed, errorInstance } = fc.check(promise(rule), {
        numRuns: 200_000,
        seed,
        endOnFailure: true,
      });
      expect(failed).toBe(true);
      expect(errorInstance).toBeInstanceOf(Broken);
    },
    120_000,
  );
});
