import type { Logger } from 'pino';
import { v7 } from 'uuid';
import type { SweepingShown } from '../api/http/health.ts';
import type { HttpApiParts } from '../api/http/parts.ts';
import type { Metrics } from '../api/metrics/createMetrics.ts';
import { watchSweep } from '../api/metrics/watch.ts';
import type { Config } from '../config.ts';
import { newId } from '../newId.ts';
import type { Tracing } from '../tracing/tracing.ts';
import { createCircuits } from '../workers/circuits.ts';
import { startCollecting } from '../workers/collecting.ts';
import { createJobDesk } from '../workers/createJobDesk.ts';
import type { ImageEngine } from '../workers/engines/imageEngine.ts';
import { startEngineWatch } from '../workers/engineWatch.ts';
import { startImageWorker } from '../workers/imageWorker.ts';
import { startQueueing } from '../workers/queueing.ts';
import { startSealing } from '../workers/sealing.ts';
import { startSweep } from '../workers/sweep.ts';
import { monotonic, now } from './clocks.ts';
import type { Duty } from './duties.ts';
import type { Life } from './life.ts';
import type { Stores } from './openStores.ts';
import { jobLimitsOf, queueRulesOf } from './rules.ts';

const sweepActor = { id: 'sweep', name: 'Sweep' };

/** What acts by itself; what it says of itself where it sweeps. */
export const startWorkers = (
  config: Config,
  logger: Logger,
  does: ReadonlySet<Duty>,
  engines: readonly ImageEngine[],
  stores: Stores,
  metrics: Metrics,
  tracing: Tracing,
  { started }: Life,
): SweepingShown | undefined => {
  const { log, readModel, images } = stores;
  const jobLimits = jobLimitsOf(config);
  const rule = { failures: config.BREAKER_FAILURES, resetMs: config.BREAKER_RESET_MS };
  const actingAs = (id: string, name: string) => {
    const acting = { log, actor: { id, name }, now, newId };
    return { desk: createJobDesk({ ...acting, jobLimits }), circuits: createCircuits({ ...acting, rule }) };
  };
  const { LEASE_MS: leaseMs, STUCK_AFTER_MS: stuckAfterMs, SWEEP_CRON: when } = config;
  const { WORKERS: slots, DRAIN_MS: drainMs } = config;
  if (does.has('worker')) {
    const worker = actingAs(`worker:${v7()}`, 'Image worker');
    started(
      startImageWorker({
        ...{ ...stores, ...worker, engines, logger, now, clock: monotonic, slots, leaseMs, drainMs },
        report: tracing.drawings ?? undefined,
        runningPerPerson: config.MAX_RUNNING_JOBS_PER_USER,
      }),
    );
  }
  if (!does.has('sweep')) return undefined;
  const { desk } = actingAs('queueing', 'Queueing');
  const queueing = started(startQueueing({ ...stores, desk, rules: queueRulesOf(config), logger }));
  const sweeping = { ...actingAs(sweepActor.id, sweepActor.name), engines, when, leaseMs, stuckAfterMs };
  const sweep = started(startSweep({ ...sweeping, readModel, logger, now, clock: monotonic }));
  const { SEAL_EVENTS: events, SEAL_MS: ms } = config;
  // It hashes what the log keeps, so that the seals outlive the keys of personal data.
  const sealed = { ...log.kept, append: log.append };
  started(startSealing({ ...stores, log: sealed, logger, now, newId, sealAfter: { events, ms } }));
  const collecting = started(
    startCollecting({
      ...{ log, readModel, images, logger, now, newId, clock: monotonic, keepMs: config.IMAGES_KEEP_MS },
      actor: sweepActor,
    }),
  );
  const shown = { sweep: sweep.health, queueing: queueing.health, collecting: collecting.health };
  watchSweep(metrics.gauges, shown);
  return shown;
};

/** Only where it draws: other processes need not reach the engines. */
export const watchEngines = (
  config: Config,
  logger: Logger,
  does: ReadonlySet<Duty>,
  engines: readonly ImageEngine[],
  { log, documents, readModel }: Stores,
  { started }: Life,
): HttpApiParts['engineHealth'] => {
  if (!does.has('worker')) return undefined;
  const rule = { failures: config.BREAKER_FAILURES, resetMs: config.BREAKER_RESET_MS };
  const circuits = createCircuits({ log, actor: sweepActor, now, newId, rule });
  return started(startEngineWatch({ engines, circuits, documents, readModel, logger, now })).health;
};
