import type { RequestListener, Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { v7 } from 'uuid';
import { UnusableSecret } from './api/authenticationLocal.ts';
import { createDelivery } from './api/delivery/createDelivery.ts';
import { createHealthApi, createHttpApi } from './api/http/createHttpApi.ts';
import type { SweepingShown } from './api/http/health.ts';
import { createHttpServer, notReady } from './api/http/httpServer.ts';
import type { HttpApiParts } from './api/http/parts.ts';
import { people as openPeople } from './api/http/people.ts';
import { createRefusals } from './api/http/refusals.ts';
import { createMetrics, type Metrics } from './api/metrics/createMetrics.ts';
import { watchDelivery, watchFiles, watchLog, watchSweep, watchWorkload } from './api/metrics/watch.ts';
import { openAuthentication } from './api/openAuthentication.ts';
import { createQueueDoor } from './api/queueDoor.ts';
import { createCommands } from './commands/createCommands.ts';
import type { Config } from './config.ts';
import { KeyStoreUnavailable } from './events/log/encryption/keyStore.ts';
import { EventLogUnavailable, EventLogUnopenable } from './events/log/eventLog.ts';
import { ImageStoreUnavailable } from './images/imageStore.ts';
import { projections as all } from './projections/all.ts';
import { DocumentStoreUnavailable, DocumentStoreUnopenable } from './projections/documents/documentStore.ts';
import { createPointers, readLive } from './projections/generations.ts';
import { openPast } from './projections/reading/openPast.ts';
import { openReadModel } from './projections/reading/openReadModel.ts';
import { startProjections } from './projections/runner.ts';
import { UnopenableFile } from './sqlite/openDatabase.ts';
import { openConfiguredDocuments, openConfiguredImages, openConfiguredLog } from './stores.ts';
import { createCircuits } from './workers/circuits.ts';
import { startCollecting } from './workers/collecting.ts';
import { createJobDesk } from './workers/createJobDesk.ts';
import { UnusableWorkflow } from './workers/engines/comfyui/workflow.ts';
import type { ImageEngine } from './workers/engines/imageEngine.ts';
import { openEngines } from './workers/engines/openEngines.ts';
import { startEngineWatch } from './workers/engineWatch.ts';
import { startImageWorker } from './workers/imageWorker.ts';
import { startQueueing } from './workers/queueing.ts';
import { startSealing } from './workers/sealing.ts';
import { startSweep } from './workers/sweep.ts';

/**
 * What a process may do; many may do each. `api`: HTTP, sockets and the page. `projector`: writes
 * documents, of each projection one process at a time. `worker`: draws. `sweep`: queues jobs and seals
 * the log (one process at a time each), and looks for jobs that are stuck. Every process says at /healthz and /readyz how it is, and at /metrics what it
 * counts.
 */
export const duties = ['api', 'projector', 'worker', 'sweep'] as const;
export type Duty = (typeof duties)[number];

export interface Darkroom {
  readonly url: string;
  /** Finishes what is under way, pictures for `DRAIN_MS`, hands other jobs back, and closes the stores. */
  stop(): Promise<void>;
}

/** Errors whose message says what is wrong with a file, a folder or a server, and what to do. */
const outside = [
  EventLogUnavailable,
  EventLogUnopenable,
  KeyStoreUnavailable,
  UnopenableFile,
  DocumentStoreUnavailable,
  DocumentStoreUnopenable,
  UnusableSecret,
  ImageStoreUnavailable,
  UnusableWorkflow,
];

/** Something outside is not as it must be; `message` is one sentence that says what to do. */
export class StartRefused extends Error {}

const listen = (server: Server, { HOST, PORT }: Config): Promise<string> =>
  new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why =
        cause.code === 'EADDRINUSE'
          ? `Port ${PORT} on ${HOST} is in use by another program; stop it, or set PORT to another.`
          : `Can not listen on ${HOST}:${PORT} (${cause.code ?? cause.message}); set HOST and PORT to an address of this machine.`;
      reject(new StartRefused(why, { cause }));
    });
    server.listen(PORT, HOST, () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : PORT;
      resolve(`http://${HOST.includes(':') ? `[${HOST}]` : HOST}:${port}`);
    });
  });

const now = (): Date => new Date();
const monotonic = (): number => performance.now();

/**
 * Puts the parts together and starts them. The port is taken first, for who can't have it must leave
 * every file untouched; requests before the rest is there are told to come again.
 * @throws StartRefused
 */
export const startDarkroom = async (
  config: Config,
  logger: Logger,
  does: ReadonlySet<Duty> = new Set(duties),
): Promise<Darkroom> => {
  const comeAgain = notReady(v7);
  let handle = comeAgain;
  const server = createHttpServer((request, response) => handle(request, response), v7);
  const url = await listen(server, config);
  const closing: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    handle = comeAgain;
    for (const close of closing.toReversed()) await close();
  };
  closing.push(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  try {
    handle = await assemble(config, logger, does, server, lifeOf(closing));
    return { url, stop };
  } catch (cause) {
    await stop();
    if (outside.some((kind) => cause instanceof kind) && cause instanceof Error)
      throw new StartRefused(cause.message, { cause });
    throw cause;
  }
};

/** What this process opens and starts, so that stopping ends it in the opposite order. */
interface Life {
  opened<Part extends { close(): Promise<unknown> }>(part: Part): Part;
  started<Part extends { stop(): Promise<unknown> }>(part: Part): Part;
}

const lifeOf = (closing: (() => Promise<unknown>)[]): Life => ({
  opened: (part) => {
    closing.push(() => part.close());
    return part;
  },
  started: (part) => {
    closing.push(() => part.stop());
    return part;
  },
});

/** What every process has, whatever it does: the stores, and how far the documents are. */
const openStores = async (
  config: Config,
  logger: Logger,
  metrics: Metrics,
  does: ReadonlySet<Duty>,
  { opened, started }: Life,
) => {
  const bareDocuments = opened(await openConfiguredDocuments(config));
  const bareLog = opened(
    await openConfiguredLog(config, (problem) =>
      logger.warn({ err: problem }, 'the event log overcame a problem'),
    ),
  );
  const log = metrics.measureLog(bareLog);
  const measured = metrics.measureDocuments(bareDocuments);
  const pointers = createPointers();
  const documents = readLive(measured, pointers);
  const images = await openConfiguredImages(config);
  const projections = started(
    await startProjections({
      ...{ log, documents: measured, pointers, projections: all, onlyFollow: !does.has('projector') },
      onTrouble: (cause) => logger.warn({ err: cause }, 'projecting failed; trying again'),
      onStopped: (health, cause) => logger.error({ err: cause, ...health }, 'a projection has stopped'),
    }),
  );
  const readModel = openReadModel(documents, projections, all);
  const past = openPast(documents);
  watchLog(metrics.gauges, log, projections);
  watchWorkload(metrics.gauges, documents, now);
  watchFiles(metrics.gauges, log, documents);
  return { log, documents, images, projections, readModel, past };
};
type Stores = Awaited<ReturnType<typeof openStores>>;

const jobLimitsOf = (config: Config) => ({ attempts: config.JOB_ATTEMPTS, timeoutMs: config.JOB_TIMEOUT_MS });

const queueRulesOf = (config: Config) => ({
  limits: { waitingPerPerson: config.MAX_WAITING_JOBS_PER_USER, length: config.MAX_QUEUE_LENGTH },
  fairShare: config.FAIR_SHARE === 'on',
});

const sweepActor = { id: 'sweep', name: 'Sweep' };

const startWorkers = (
  config: Config,
  logger: Logger,
  does: ReadonlySet<Duty>,
  engines: readonly ImageEngine[],
  stores: Stores,
  metrics: Metrics,
  { started }: Life,
): SweepingShown | undefined => {
  const { log, readModel, images } = stores;
  const jobLimits = jobLimitsOf(config);
  const rule = { failures: config.BREAKER_FAILURES, resetMs: config.BREAKER_RESET_MS };
  const actingAs = (id: string, name: string) => {
    const acting = { log, actor: { id, name }, now, newId: v7 };
    return { desk: createJobDesk({ ...acting, jobLimits }), circuits: createCircuits({ ...acting, rule }) };
  };
  const { LEASE_MS: leaseMs, STUCK_AFTER_MS: stuckAfterMs, SWEEP_CRON: when } = config;
  const { WORKERS: slots, DRAIN_MS: drainMs } = config;
  if (does.has('worker')) {
    const worker = actingAs(`worker:${v7()}`, 'Image worker');
    started(
      startImageWorker({
        ...{ ...stores, ...worker, engines, logger, now, clock: monotonic, slots, leaseMs, drainMs },
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
  started(startSealing({ ...stores, log: sealed, logger, now, newId: v7, sealAfter: { events, ms } }));
  const collecting = started(
    startCollecting({
      ...{ log, readModel, images, logger, now, newId: v7, clock: monotonic, keepMs: config.IMAGES_KEEP_MS },
      actor: sweepActor,
    }),
  );
  const shown = { sweep: sweep.health, queueing: queueing.health, collecting: collecting.health };
  watchSweep(metrics.gauges, shown);
  return shown;
};

/** Only where it draws: other processes need not reach the engines. */
const watchEngines = (
  config: Config,
  logger: Logger,
  does: ReadonlySet<Duty>,
  engines: readonly ImageEngine[],
  { log, readModel }: Stores,
  { started }: Life,
): HttpApiParts['engineHealth'] => {
  if (!does.has('worker')) return undefined;
  const rule = { failures: config.BREAKER_FAILURES, resetMs: config.BREAKER_RESET_MS };
  const circuits = createCircuits({ log, actor: sweepActor, now, newId: v7, rule });
  return started(startEngineWatch({ engines, circuits, readModel, logger, now })).health;
};

const startApi = async (
  config: Config,
  logger: Logger,
  engines: readonly ImageEngine[],
  stores: Stores,
  metrics: Metrics,
  shown: Pick<HttpApiParts, 'sweeping' | 'engineHealth'>,
  server: Server,
  { opened }: Life,
): Promise<RequestListener> => {
  const { log, documents, readModel } = stores;
  const { authentication, sessions } = await openAuthentication(config, {
    folder: config.DATA_DIR,
    now,
    logger,
  });
  const people = openPeople(documents);
  const bareCommands = createCommands(log, {
    now,
    newSeed: () => Math.floor(Math.random() * 2 ** 32),
    nameOf: people.nameOf,
    locateJob: async (id) => {
      const found = await readModel.job(id);
      if (found !== null) return found.messageId;
      await readModel.whenProcessed(await log.head(), 5_000);
      return (await readModel.job(id))?.messageId ?? null;
    },
    jobLimits: jobLimitsOf(config),
    door: createQueueDoor({ log, documents, readModel, ...queueRulesOf(config) }),
  });
  const commands = metrics.countSubmissions(bareCommands);
  const delivery = opened(
    createDelivery({ config, log, readModel, authentication, logger, now, report: metrics.delivery }),
  );
  watchDelivery(metrics.gauges, delivery);
  delivery.attach(server);
  return createHttpApi({
    ...{ ...stores, config, commands, authentication, sessions, people, metrics, logger, now, ...shown },
    engines,
    refusals: createRefusals({ log, logger, now, newId: v7 }),
    newId: v7,
    webFolder: fileURLToPath(new URL('../web', import.meta.url)),
  });
};

const assemble = async (
  config: Config,
  logger: Logger,
  does: ReadonlySet<Duty>,
  server: Server,
  life: Life,
): Promise<RequestListener> => {
  const metrics = createMetrics(logger);
  const stores = await openStores(config, logger, metrics, does, life);
  const engines = openEngines(config);
  for (const engine of engines) life.opened(engine);
  const sweeping = startWorkers(config, logger, does, engines, stores, metrics, life);
  const shown = { sweeping, engineHealth: watchEngines(config, logger, does, engines, stores, life) };
  return does.has('api')
    ? startApi(config, logger, engines, stores, metrics, shown, server, life)
    : createHealthApi({ ...stores, metrics, logger, newId: v7, ...shown });
};
