import { describe, it } from 'vitest';
import { queueDecider } from '../../../src/commands/queue.ts';
import { queueStream } from '../../../src/events/streams.ts';
import { specificationOf } from '../../support/specification.ts';

const given = specificationOf(queueDecider, queueStream);
const paused = { type: 'QueuePaused', data: {} } as const;
const resumed = { type: 'QueueResumed', data: {} } as const;

describe('the queue', () => {
  it('runs from the beginning: there is nothing to resume', () =>
    given([]).when({ type: 'resume' }).thenNothing());
  it('is paused', () => given([]).when({ type: 'pause' }).then([paused]));
  it('is paused once', () => given([paused]).when({ type: 'pause' }).thenNothing());
  it('is resumed', () => given([paused]).when({ type: 'resume' }).then([resumed]));
  it('is resumed once', () => given([paused, resumed]).when({ type: 'resume' }).thenNothing());
  it('is paused again', () => given([paused, resumed]).when({ type: 'pause' }).then([paused]));
});
