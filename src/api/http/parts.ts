import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import type { Commands } from '../../commands/commands.ts';
import type { Config } from '../../config.ts';
import type { EventLog } from '../../events/log/eventLog.ts';
import type { ImageStore } from '../../images/imageStore.ts';
import type { DocumentStore } from '../../projections/documents/documentStore.ts';
import type { NewVersions } from '../../projections/newVersions.ts';
import type { Past } from '../../projections/past.ts';
import type { ReadModel } from '../../projections/readModel.ts';
import type { ProjectionRunner } from '../../projections/runner.ts';
import type { Authentication } from '../authentication.ts';
import type { Sessions } from '../authenticationLocal.ts';
import type { Limits } from '../limits/limits.ts';
import type { Metrics } from '../metrics/createMetrics.ts';
import type { EngineHealthShown, SweepingShown } from './health.ts';
import type { People } from './people.ts';
import type { Refusals } from './refusals.ts';

/** What the HTTP API is made of. */
export interface HttpApiParts {
  readonly config: Pick<
    Config,
    'AUTH_MODE' | 'ALLOWED_ORIGINS' | 'JOB_TIMEOUT_MS' | 'MAX_RUNNING_JOBS_PER_USER'
  >;
  readonly log: Pick<EventLog, 'head' | 'health' | 'readStream'>;
  readonly commands: Commands;
  readonly readModel: ReadModel;
  readonly past: Past;
  readonly refusals: Refusals;
  readonly projections: Pick<ProjectionRunner, 'health'>;
  /** Where there may be versions that can't be read yet. */
  readonly newVersions?: Pick<NewVersions, 'shown'>;
  readonly images: Pick<ImageStore, 'get'>;
  readonly engines: readonly {
    readonly name: string;
    readonly models: readonly string[];
  }[];
  readonly authentication: Authentication;
  /** Null where a name isn't enough to sign in. */
  readonly sessions: Sessions | null;
  readonly people: People;
  readonly limits: Limits;
  readonly metrics: Pick<Metrics, 'requestAnswered' | 'exposition'>;
  /** Follows requests, where they are traced. */
  readonly traced?: RequestHandler | null;
  /** Where this process queues and sweeps. */
  readonly sweeping?: SweepingShown | undefined;
  /** Where this process draws: how each engine was when it was last asked. */
  readonly engineHealth?: (() => readonly EngineHealthShown[]) | undefined;
  readonly documents: Pick<DocumentStore, 'readRecord' | 'writeRecord'>;
  readonly logger: Logger;
  readonly now: () => Date;
  /** A new UUID, version 7. */
  readonly newId: () => string;
  /** The built page (dist/web); where it isn't built, `/` is not found. */
  readonly webFolder: string;
}
