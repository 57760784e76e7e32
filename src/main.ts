import type { RequestListener, Server } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { v7 } from 'uuid';
import { UnusableSecret } from './api/authenticationLocal.ts';
import { createDelivery } from './api/delivery/createDelivery.ts';
import { createHttpApi } from './api/http/createHttpApi.ts';
import { createHttpServer, notReady } from './api/http/httpServer.ts';
import { people as openPeople } from './api/http/people.ts';
import { openAuthentication } from './api/openAuthentication.ts';
import { createCommands } from './commands/createCommands.ts';
import type { Config } from './config.ts';
import { EventLogUnavailable, EventLogUnopenable } from './events/log/eventLog.ts';
import { openEventLog } from './events/log/openEventLog.ts';
import { openFolderImageStore } from './images/folder/folderImageStore.ts';
import { ImageStoreUnavailable } from './images/imageStore.ts';
import { projections as all } from './projections/all.ts';
import { DocumentStoreUnopenable } from './projections/documents/documentStore.ts';
import { openDocumentStore } from './projections/documents/openDocumentStore.ts';
import { openReadModel } from './projections/reading/openReadModel.ts';
import { startProjections } from './projections/runner.ts';
import { UnopenableFile } from './sqlite/openDatabase.ts';
import { createJobDesk } from './workers/createJobDesk.ts';
import { createSketchEngine } from './workers/engines/sketch/sketchEngine.ts';
import { startImageWorker } from './workers/imageWorker.ts';
import { startQueueing } from './workers/queueing.ts';
import { startSweep } from './workers/sweep.ts';

export interface Darkroom {
  readonly url: string;
  /** Finishes what is under way, hands running jobs back, and closes the stores. */
  stop(): Promise<void>;
}

/** Errors whose message says what is wrong with a file, a folder or a server, and what to do. */
const outside = [
  EventLogUnavailable,
  EventLogUnopenable,
  UnopenableFile,
  DocumentStoreUnopenable,
  UnusableSecret,
  ImageStoreUnavailable,
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

const fileOf = (url: string | undefined, fallback: string): string =>
  url?.replace(/^(sqlite|file):/, '') ?? fallback;

const monotonic = (): number => performance.now();

/**
 * Puts the parts together and starts them. The port is taken first, for who can't have it must leave
 * every file untouched; requests before the rest is there are told to come again.
 * @throws StartRefused
 */
export const startDarkroom = async (config: Config, logger: Logger): Promise<Darkroom> => {
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
    handle = await assemble(config, logger, server, closing);
    return { url, stop };
  } catch (cause) {
    await stop();
    if (outside.some((kind) => cause instanceof kind) && cause instanceof Error)
      throw new StartRefused(cause.message, { cause });
    throw cause;
  }
};

const assemble = async (
  config: Config,
  logger: Logger,
  server: Server,
  closing: (() => Promise<unknown>)[],
): Promise<RequestListener> => {
  const opened = <Part extends { close(): Promise<unknown> }>(part: Part): Part => {
    closing.push(() => part.close());
    return part;
  };
  const started = <Part extends { stop(): Promise<unknown> }>(part: Part): Part => {
    closing.push(() => part.stop());
    return part;
  };
  const now = (): Date => new Date();
  const folder = config.DATA_DIR;

  const log = opened(
    await openEventLog(config.EVENT_LOG_URL ?? `sqlite:${join(folder, 'events.db')}`, {
      namespace: config.EVENT_LOG_NAMESPACE,
      report: (problem) => logger.warn({ err: problem }, 'the event log overcame a problem'),
    }),
  );
  const documents = opened(
    await openDocumentStore(config.DOCUMENTS_URL ?? `sqlite:${join(folder, 'documents.db')}`),
  );
  const images = await openFolderImageStore(fileOf(config.IMAGES_URL, join(folder, 'images')));
  const { authentication, sessions } = await openAuthentication(config, { folder, now, logger });

  const projections = started(
    await startProjections({
      log,
      documents,
      projections: all,
      onTrouble: (cause) => logger.warn({ err: cause }, 'projecting failed; trying again'),
      onStopped: (health, cause) => logger.error({ err: cause, ...health }, 'a projection has stopped'),
    }),
  );
  const readModel = openReadModel(documents, projections, all);
  const people = openPeople(documents);
  const jobLimits = { attempts: config.JOB_ATTEMPTS, timeoutMs: config.JOB_TIMEOUT_MS };
  const commands = createCommands(log, {
    now,
    newId: v7,
    newSeed: () => Math.floor(Math.random() * 2 ** 32),
    nameOf: people.nameOf,
    locateJob: async (id) => {
      const found = await readModel.job(id);
      if (found !== null) return found.messageId;
      await readModel.whenProcessed(await log.head(), 5_000);
      return (await readModel.job(id))?.messageId ?? null;
    },
    jobLimits,
  });

  const deskOf = (id: string, name: string) =>
    createJobDesk({ log, actor: { id, name }, now, newId: v7, jobLimits });
  started(startQueueing({ log, documents, projections, desk: deskOf('queueing', 'Queueing'), logger }));
  const engine = opened(createSketchEngine({ stepMs: config.SKETCH_STEP_MS }));
  started(
    startImageWorker({
      ...{ log, documents, projections, engine, images, logger, now, clock: monotonic },
      desk: deskOf(`worker:${v7()}`, 'Image worker'),
      slots: config.WORKERS,
      leaseMs: config.LEASE_MS,
    }),
  );
  started(
    startSweep({
      ...{ readModel, logger, clock: monotonic, desk: deskOf('sweep', 'Sweep'), when: config.SWEEP_CRON },
      leaseMs: config.LEASE_MS,
      stuckAfterMs: config.STUCK_AFTER_MS,
    }),
  );

  const delivery = opened(createDelivery({ config, log, readModel, authentication, logger, now }));
  delivery.attach(server);
  return createHttpApi({
    ...{
      config,
      log,
      commands,
      readModel,
      projections,
      images,
      authentication,
      sessions,
      people,
      documents,
      logger,
      now,
    },
    engines: [engine],
    newId: v7,
    webFolder: fileURLToPath(new URL('../web', import.meta.url)),
  });
};
