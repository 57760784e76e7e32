import type { Logger } from 'pino';
import type { Metrics } from '../api/metrics/createMetrics.ts';
import { watchDisk, watchFiles, watchLog, watchWorkload } from '../api/metrics/watch.ts';
import type { Config } from '../config.ts';
import { projections as all } from '../projections/all.ts';
import { createPointers, readLive } from '../projections/generations.ts';
import { openPast } from '../projections/reading/openPast.ts';
import { openReadModel } from '../projections/reading/openReadModel.ts';
import { startProjections } from '../projections/runner.ts';
import { openConfiguredDocuments, openConfiguredImages, openConfiguredLog } from '../stores.ts';
import { now } from './clocks.ts';
import type { Duty } from './duties.ts';
import type { Life } from './life.ts';

/** What every process has, whatever it does: the stores, and how far the documents are. */
export const openStores = async (
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
  watchDisk(metrics.gauges, config.DATA_DIR);
  return { log, documents, images, projections, readModel, past };
};
export type Stores = Awaited<ReturnType<typeof openStores>>;
