import { describe, it } from 'vitest';
import { projectionDecider, type SkipEvent } from '../../../src/commands/projection.ts';
import { positionOf } from '../../../src/events/ids.ts';
import type { ProjectionEvent } from '../../../src/events/projection.ts';
import { specificationOf } from '../../support/specification.ts';

const given = specificationOf(projectionDecider, 'projection-messages');
const skip = (n: number, reason = 'the prompt is broken'): SkipEvent => ({
  type: 'skip',
  position: positionOf(n),
  reason,
});
const skipped = (n: number): ProjectionEvent => ({
  type: 'EventSkipped',
  data: { position: positionOf(n), reason: 'the prompt is broken' },
});

describe('an event that a projection can not take', () => {
  it('is skipped, with the reason that somebody gave', () =>
    given([])
      .when(skip(7))
      .then([skipped(7)]));
  it('is skipped once, whatever reason is given then', () =>
    given([skipped(7)])
      .when(skip(7, 'still'))
      .thenNothing());
  it('is skipped by itself: others are decided each on its own', () => {
    given([skipped(7)])
      .when(skip(8))
      .then([skipped(8)]);
    given([skipped(7), skipped(8)])
      .when(skip(7))
      .thenNothing();
  });
});
