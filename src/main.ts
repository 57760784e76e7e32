import type { RequestListener, Server } from 'node:http';
import type { Logger } from 'pino';
import { v7 } from 'uuid';
import { createBuildingApi, createHealthApi } from './api/http/createHttpApi.ts';
import { createHttpServer, notReady, waitingFor } from './api/http/httpServer.ts';
import { createMetrics } from './api/metrics/createMetrics.ts';
import { watchCircuits, watchWorkload } from './api/metrics/watch.ts';
import { now } from './assembly/clocks.ts';
import { type Duty, duties } from './assembly/duties.ts';
import { type Life, lifeOf } from './assembly/life.ts';
import { listen } from './assembly/listen.ts';
import { openStores } from './assembly/openStores.ts';
import { explained } from './assembly/refused.ts';
import { startApi } from './assembly/startApi.ts';
import { startWorkers, watchEngines } from './assembly/startWorkers.ts';
import type { Config } from './config.ts';
import { openTracing } from './tracing/tracing.ts';
import { openEngines } from './workers/engines/openEngines.ts';

export interface Darkroom {
  readonly url: string;
  /** Finishes what is under way, pictures for `DRAIN_MS`, hands other jobs back, and closes the stores. */
  stop(): Promise<void>;
}

/** What answers requests from now on. */
type Hand = (listener: RequestListener) => void;

const assemble = async (
  config: Config,
  logger: Logger,
  does: ReadonlySet<Duty>,
  server: Server,
  hand: Hand,
  impatience: AbortSignal,
  life: Life,
): Promise<void> => {
  const metrics = createMetrics(logger);
  const tracing = life.opened(await openTracing(config, logger));
  const onAway = (why: string): void => hand(waitingFor(why, v7));
  const stores = await openStores(config, logger, metrics, tracing, does, { impatience, onAway }, life);
  const health = { ...stores, metrics, logger, newId: v7 };
  if (stores.newVersions.shown().length > 0) hand(createBuildingApi(health));
  // Nobody reads, and nothing acts, on documents that are half built.
  await stores.newVersions.whenRead(impatience);
  watchWorkload(metrics.gauges, stores.documents, now);
  const engines = openEngines(config);
  for (const engine of engines) life.opened(engine);
  watchCircuits(metrics.gauges, stores.log, engines);
  const sweeping = startWorkers(config, logger, does, engines, stores, metrics, tracing, life);
  const shown = { sweeping, engineHealth: watchEngines(config, logger, does, engines, stores, life) };
  hand(
    does.has('api')
      ? await startApi(config, logger, engines, stores, metrics, tracing, shown, server, life)
      : createHealthApi({ ...health, ...shown }),
  );
};

/**
 * Puts the parts together and starts them. The port is taken first, for who can't have it must leave
 * every file untouched; requests before the rest is there are told to come again. Documents of a new
 * version are built before anybody reads them: that may take minutes, which `impatience` ends.
 * @throws StartRefused, and what `impatience` was aborted with
 */
export const startDarkroom = async (
  config: Config,
  logger: Logger,
  does: ReadonlySet<Duty> = new Set(duties),
  impatience: AbortSignal = new AbortController().signal,
): Promise<Darkroom> => {
  const comeAgain = notReady(v7);
  let handle = comeAgain;
  const hand: Hand = (listener) => {
    handle = listener;
  };
  const server = createHttpServer((request, response) => handle(request, response), v7);
  const url = await listen(server, config);
  const closing: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    hand(comeAgain);
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
    await assemble(config, logger, does, server, hand, impatience, lifeOf(closing));
    return { url, stop };
  } catch (cause) {
    await stop();
    throw explained(cause);
  }
};
