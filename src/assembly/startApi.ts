import type { RequestListener, Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { createDelivery } from '../api/delivery/createDelivery.ts';
import { createPlaceChecks } from '../api/delivery/placeChecks.ts';
import { createHttpApi } from '../api/http/createHttpApi.ts';
import type { HttpApiParts } from '../api/http/parts.ts';
import { people as openPeople } from '../api/http/people.ts';
import { createRefusals } from '../api/http/refusals.ts';
import { createLimits } from '../api/limits/limits.ts';
import type { Metrics } from '../api/metrics/createMetrics.ts';
import { watchDelivery } from '../api/metrics/watch.ts';
import { openAuthentication } from '../api/openAuthentication.ts';
import { createQueueDoor } from '../api/queueDoor.ts';
import { createCommands } from '../commands/createCommands.ts';
import type { Config } from '../config.ts';
import { newId } from '../newId.ts';
import type { Tracing } from '../tracing/tracing.ts';
import type { ImageEngine } from '../workers/engines/imageEngine.ts';
import { monotonic, now } from './clocks.ts';
import type { Life } from './life.ts';
import type { Stores } from './openStores.ts';
import { jobLimitsOf, queueRulesOf } from './rules.ts';

/** How people reach it: the answers to HTTP, and sockets at that server. */
export const startApi = async (
  config: Config,
  logger: Logger,
  engines: readonly ImageEngine[],
  stores: Stores,
  metrics: Metrics,
  tracing: Tracing,
  shown: Pick<HttpApiParts, 'sweeping' | 'engineHealth'>,
  server: Server,
  { opened }: Life,
): Promise<RequestListener> => {
  const { log, documents, readModel, past } = stores;
  const { authentication, sessions } = await openAuthentication(config, {
    folder: config.DATA_DIR,
    now,
    logger,
  });
  const people = openPeople(documents);
  const limits = createLimits({ config, documents, logger, now, clock: monotonic });
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
  const counted = metrics.placeShown;
  const delivery = opened(
    createDelivery({
      allowance: limits,
      ...{ config, readModel, authentication, logger, now },
      ...tracing.delivering(log, metrics.delivery),
      checkPlaces: createPlaceChecks({ log, readModel, past, logger, clock: monotonic, counted }),
    }),
  );
  watchDelivery(metrics.gauges, delivery, log);
  delivery.attach(server);
  return createHttpApi({
    ...{
      ...stores,
      config,
      commands,
      authentication,
      sessions,
      people,
      limits,
      metrics,
      logger,
      now,
      ...shown,
    },
    engines,
    traced: tracing.requests,
    refusals: createRefusals({ log, logger, now, newId }),
    newId,
    webFolder: fileURLToPath(new URL('../../web', import.meta.url)),
  });
};
