import type { EngineEvent } from '../../src/events/engine.ts';
import type { FailureCode } from '../../src/events/failures.ts';
import { jobNumber } from './happened.ts';

const engine = 'sketch';

export const engineFailed = (
  failures: number,
  job = 1,
  code: FailureCode = 'engine_unavailable',
): EngineEvent => ({
  type: 'EngineFailed',
  data: { engine, jobId: jobNumber(job), code, reference: 'r', failures },
});

export const engineSucceeded = (failures: number, job = 1): EngineEvent => ({
  type: 'EngineSucceeded',
  data: { engine, jobId: jobNumber(job), failures },
});

type Why = Extract<EngineEvent, { type: 'CircuitOpened' }>['data']['why'];

export const circuitOpened = (failures: number, retryAt: Date, why: Why = 'failures'): EngineEvent => ({
  type: 'CircuitOpened',
  data: { engine, why, failures, retryAt: retryAt.toISOString() },
});

export const circuitHalfOpened = (failures: number, job = 1): EngineEvent => ({
  type: 'CircuitHalfOpened',
  data: { engine, worker: 'worker:1', jobId: jobNumber(job), failures },
});

export const circuitClosed = (): EngineEvent => ({ type: 'CircuitClosed', data: { engine } });
