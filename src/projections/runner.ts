import type { Position } from '../events/ids.ts';
import type { EventLog } from '../events/log/eventLog.ts';
import type { DocumentStore } from './documents/documentStore.ts';
import type { AnyProjection } from './projection.ts';

/** How one projection is doing. */
export interface ProjectionHealth {
  readonly name: string;
  /** `stopped` where an event could not be digested or the checkpoint is of another log: `reason` says it. */
  readonly state: 'running' | 'stopped';
  readonly position: Position;
  readonly reason: string | null;
}

/** Projections that follow one log into one store. */
export interface ProjectionRunner {
  /**
   * Resolves once every named projection (default: all) has projected everything up to `position`.
   * @throws ReadModelBehind after `timeoutMs`, or at once where one of them has stopped before it.
   */
  whenProcessed(position: Position, timeoutMs: number, names?: readonly string[]): Promise<void>;
  health(): readonly ProjectionHealth[];
  /** Finishes the batch at hand, moves the checkpoints, and resolves. */
  stop(): Promise<void>;
}

export class ReadModelBehind extends Error {
  readonly code = 'read_model_behind';
  constructor(wanted: Position, reached: Position, options?: ErrorOptions) {
    super(`the read model is at ${reached}, not yet at ${wanted}`, options);
    this.name = 'ReadModelBehind';
  }
}

export interface RunnerParts {
  readonly log: EventLog;
  readonly documents: DocumentStore;
  readonly projections: readonly AnyProjection[];
  readonly onStopped: (health: ProjectionHealth, cause: unknown) => void;
}
