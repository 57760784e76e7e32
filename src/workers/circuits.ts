import { type Circuit, type CircuitRule, type EngineCommand, engineDecider } from '../commands/engine.ts';
import { type Cause, handle } from '../commands/handler.ts';
import { readCircuit } from '../commands/readCircuit.ts';
import type { CommandId, JobId } from '../events/ids.ts';
import type { EventLog } from '../events/log/eventLog.ts';
import type { Actor } from '../events/metadata.ts';
import { engineStream, jobStream } from '../events/streams.ts';
import type { Failure } from './jobDesk.ts';

/** The circuits before the engines, as one actor sees and moves them; they lie in the log, one for all processes. */
export interface Circuits {
  /** As the log has it now. */
  of(engine: string): Promise<Circuit>;
  /** The engine failed at drawing this job (`atOnce`: it refuses every job); how the circuit is by now. */
  failed(
    engine: string,
    jobId: JobId,
    failure: Pick<Failure, 'code' | 'reference'> & { readonly atOnce: boolean },
  ): Promise<Circuit>;
  succeeded(engine: string, jobId: JobId): Promise<void>;
  /** True where this job may be begun, to see whether the engine is well again. */
  probe(engine: string, jobId: JobId): Promise<boolean>;
  /** This job won't tell how the engine is: the next may after so long. Nothing happens where it isn't the probe. */
  release(engine: string, jobId: JobId, afterMs: number): Promise<void>;
  /** The engine is well and no job waits for it: closed where it was open past its time. */
  recover(engine: string): Promise<void>;
}

export interface CircuitsParts {
  readonly log: EventLog;
  readonly actor: Actor;
  readonly now: () => Date;
  /** A new UUID, version 7. */
  readonly newId: () => string;
  readonly rule: CircuitRule;
}

export const createCircuits = ({ log, actor, now, newId, rule }: CircuitsParts): Circuits => {
  /** What a job says of an engine goes back to the job's newest event, and to the request that it began with. */
  const causeOf = async (command: EngineCommand): Promise<Cause> => {
    const commandId = newId() as CommandId;
    if (command.type === 'recover') return { actor, commandId, correlationId: commandId };
    const last = { direction: 'backwards', maxCount: 1 } as const;
    for await (const { id, metadata } of log.readStream(jobStream(command.jobId), last))
      return { actor, commandId, correlationId: metadata.correlationId, because: id };
    return { actor, commandId, correlationId: commandId };
  };
  const run = async (command: EngineCommand) => {
    const cause = await causeOf(command);
    return handle({ log, now }, engineDecider, engineStream(command.engine), command, cause);
  };
  return {
    of: (engine) => readCircuit(log, engine),
    async failed(engine, jobId, { code, reference, atOnce }) {
      await run({ type: 'fail', engine, jobId, code, reference, atOnce, rule, now: now() });
      return readCircuit(log, engine);
    },
    async succeeded(engine, jobId) {
      const { failures } = await readCircuit(log, engine);
      if (failures > 0) await run({ type: 'succeed', engine, jobId });
    },
    async probe(engine, jobId) {
      const { facts } = await run({ type: 'probe', engine, jobId, worker: actor.id, now: now() });
      return facts.length > 0;
    },
    async release(engine, jobId, afterMs) {
      const { status } = await readCircuit(log, engine);
      if (status === 'half_open') await run({ type: 'release', engine, jobId, afterMs, now: now() });
    },
    async recover(engine) {
      await run({ type: 'recover', engine, now: now() });
    },
  };
};
