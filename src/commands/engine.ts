import { type EngineEvent, engineEvents } from '../events/engine.ts';
import type { FailureCode } from '../events/failures.ts';
import type { JobId } from '../events/ids.ts';
import type { Decider } from './decider.ts';

/**
 * # The circuit before an image engine, from the log
 *
 *     closed ──failures in a row──▶ open ──retryAt, one worker──▶ half open ──drawn──▶ closed
 *                                    ▲                               │
 *                                    └──failed, or without verdict───┘
 *
 * While it is **open** no job is begun at the engine: jobs wait, they don't fail. **Half open** it is
 * tried with one job, the probe, which belongs to whoever's CircuitHalfOpened is appended: of many
 * workers one. What becomes of other jobs meanwhile, begun before it opened, says nothing new.
 *
 * An engine that knows us no more, or whose credit is spent, opens it **at once**: it would refuse all.
 *
 * A probe may end without a verdict: cancelled, refused for its prompt, its worker stopped or killed
 * (the sweep finds that). Then the circuit is open again, and the next may try at once.
 *
 * **Open past its time while no job waits**, it is closed as soon as the engine says that it is well.
 */
export type Circuit =
  | { readonly status: 'closed'; readonly failures: number }
  | { readonly status: 'open'; readonly failures: number; readonly retryAt: string }
  | {
      readonly status: 'half_open';
      readonly failures: number;
      readonly worker: string;
      readonly jobId: JobId;
    };

export interface CircuitRule {
  /** So many failures in a row open it. */
  readonly failures: number;
  /** It stays open for so long, in milliseconds. */
  readonly resetMs: number;
}

export type EngineCommand = { readonly engine: string } & (
  | ({ readonly jobId: JobId } & CommandOfJob)
  /** No job waits for it, and it says that it is well: there is nothing to be tried. */
  | { readonly type: 'recover'; readonly now: Date }
);

/** What a job's drawing says of the engine. */
type CommandOfJob =
  | (Failed & { readonly type: 'fail' })
  | { readonly type: 'succeed' }
  | { readonly type: 'probe'; readonly worker: string; readonly now: Date }
  /** The probe ended, and whether the engine is well isn't known: the next may try after so long. */
  | { readonly type: 'release'; readonly now: Date; readonly afterMs: number };

interface Failed {
  readonly code: FailureCode;
  readonly reference: string;
  /** It refuses us, and so every job: no need to count. */
  readonly atOnce: boolean;
  readonly rule: CircuitRule;
  readonly now: Date;
}

export const closedCircuit: Circuit = { status: 'closed', failures: 0 };

/** Each event tells the whole state, so that reading the last one is enough. */
export const circuitAfter = ({ type, data }: EngineEvent): Circuit => {
  switch (type) {
    case 'EngineFailed':
      return { status: 'closed', failures: data.failures };
    case 'EngineSucceeded':
    case 'CircuitClosed':
      return closedCircuit;
    case 'CircuitOpened':
      return { status: 'open', failures: data.failures, retryAt: data.retryAt };
    case 'CircuitHalfOpened':
      return { status: 'half_open', failures: data.failures, worker: data.worker, jobId: data.jobId };
  }
};

export const isEngineEvent = (event: { readonly type: string }): event is EngineEvent =>
  Object.hasOwn(engineEvents, event.type);

const isProbe = (circuit: Circuit, jobId: JobId): boolean =>
  circuit.status === 'half_open' && circuit.jobId === jobId;

/** Open, and its time is over. */
const isPast = (circuit: Circuit, now: Date): boolean =>
  circuit.status === 'open' && now >= new Date(circuit.retryAt);

const later = (now: Date, milliseconds: number): string =>
  new Date(now.getTime() + milliseconds).toISOString();

const fail = (command: Extract<EngineCommand, { type: 'fail' }>, circuit: Circuit): EngineEvent[] => {
  const { engine, jobId, code, reference, atOnce, rule, now } = command;
  const probe = isProbe(circuit, jobId);
  if (circuit.status !== 'closed' && !probe) return [];
  const failures = circuit.failures + 1;
  const failed: EngineEvent = { type: 'EngineFailed', data: { engine, jobId, code, reference, failures } };
  if (!probe && !atOnce && failures < rule.failures) return [failed];
  const why = atOnce ? 'account' : probe ? 'probe_failed' : 'failures';
  const retryAt = later(now, rule.resetMs);
  return [failed, { type: 'CircuitOpened', data: { engine, why, failures, retryAt } }];
};

const succeed = (engine: string, jobId: JobId, circuit: Circuit): EngineEvent[] => {
  const { failures } = circuit;
  const succeeded: EngineEvent = { type: 'EngineSucceeded', data: { engine, jobId, failures } };
  if (isProbe(circuit, jobId)) return [succeeded, { type: 'CircuitClosed', data: { engine } }];
  return circuit.status === 'closed' && failures > 0 ? [succeeded] : [];
};

const decide = (command: EngineCommand, circuit: Circuit): readonly EngineEvent[] => {
  const { engine } = command;
  switch (command.type) {
    case 'fail':
      return fail(command, circuit);
    case 'succeed':
      return succeed(engine, command.jobId, circuit);
    case 'recover':
      return isPast(circuit, command.now) ? [{ type: 'CircuitClosed', data: { engine } }] : [];
    case 'probe': {
      const { jobId } = command;
      if (!isPast(circuit, command.now)) return [];
      const { failures } = circuit;
      return [{ type: 'CircuitHalfOpened', data: { engine, worker: command.worker, jobId, failures } }];
    }
    case 'release': {
      if (!isProbe(circuit, command.jobId)) return [];
      const retryAt = later(command.now, command.afterMs);
      const { failures } = circuit;
      return [{ type: 'CircuitOpened', data: { engine, why: 'probe_without_verdict', failures, retryAt } }];
    }
  }
};

export const engineDecider: Decider<Circuit, EngineCommand, EngineEvent> = {
  initial: closedCircuit,
  evolve: (circuit, event) => (isEngineEvent(event) ? circuitAfter(event) : circuit),
  decide,
  subjectOf: () => ({}),
};
