import { z } from 'zod';
import { defineEvents, type EventOf } from './define.ts';
import { failureCodes } from './failures.ts';
import { jobId } from './ids.ts';
import { text } from './json.ts';

const name = text(255, 1);
/** Failures in a row by then. Each event that leaves some carries it, so that the last one alone tells the state. */
const failures = z.int().min(1);

/**
 * Stream `engine-<name>`: how an image engine fares, for all processes alike. The engine's name is in the
 * data too, so that nobody needs to take a stream's name apart.
 */
export const engineEvents = defineEvents({
  /** Drawing this job failed for the engine's sake. */
  EngineFailed: {
    version: 1,
    data: z.strictObject({
      engine: name,
      jobId,
      code: z.enum(failureCodes),
      /** Under which the operator's log holds the cause. */
      reference: name,
      failures,
    }),
  },
  /** Only after a failure: a success that changes nothing is told by its job alone. */
  EngineSucceeded: { version: 1, data: z.strictObject({ engine: name, jobId, failures }) },
  /** Until `retryAt` no job is begun at this engine. */
  CircuitOpened: {
    version: 1,
    data: z.strictObject({
      engine: name,
      why: z.enum(['failures', 'account', 'probe_failed', 'probe_without_verdict']),
      failures,
      retryAt: z.iso.datetime({ precision: 3 }),
    }),
  },
  /** This one job is begun, to see whether the engine is well again. */
  CircuitHalfOpened: { version: 1, data: z.strictObject({ engine: name, worker: name, jobId, failures }) },
  CircuitClosed: { version: 1, data: z.strictObject({ engine: name }) },
});
export type EngineEvent = EventOf<typeof engineEvents>;
