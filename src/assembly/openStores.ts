import type { Logger } from 'pino';
import type { Metrics } from '../api/metrics/createMetrics.ts';
import { watchDisk, watchFiles, watchLog } from '../api/metrics/watch.ts';
import type { Config } from '../config.ts';
import { projections as all } from '../projections/all.ts';
import { createPointers, readLive } from '../projections/generations.ts';
import {
  declareVersions,
  sentencesOf,
  startNewVersions,
  type VersionShown,
} from '../projections/newVersions.ts';
import { openPast } from '../projections/reading/openPast.ts';
import { openReadModel } from '../projections/reading/openReadModel.ts';
import { startProjections } from '../projections/runner.ts';
import { openConfiguredDocuments, openConfiguredImages, openConfiguredLog } from '../stores.ts';
import type { Tracing } from '../tracing/tracing.ts';
import type { Duty } from './duties.ts';
import type { Life } from './life.ts';
import { type Waiting, whenThere } from './whenThere.ts';

/** A line every ten seconds, and one when they are read. */
const tellProgress = (logger: Logger) => {
  let toldAt = Number.NEGATIVE_INFINITY;
  return {
    onProgress(versions: readonly VersionShown[]): void {
      const isDue = versions.length === 0 || performance.now() - toldAt > 10_000;
      if (!isDue || (versions.length === 0 && toldAt < 0)) return;
      toldAt = performance.now();
      if (versions.length === 0) logger.info('all documents are built, and read from now on');
      else for (const sentence of sentencesOf(versions)) logger.info(sentence);
    },
  };
};

/** What every process has, whatever it does: the stores, and how far the documents are. */
export const openStores = async (
  config: Config,
  logger: Logger,
  metrics: Metrics,
  tracing: Tracing,
  does: ReadonlySet<Duty>,
  waiting: Pick<Waiting, 'impatience' | 'onAway'>,
  { opened, started }: Life,
) => {
  const patiently = { ...waiting, logger };
  const report = (problem: Error): void => logger.warn({ err: problem }, 'the event log overcame a problem');
  const bareDocuments = opened(await whenThere(() => openConfiguredDocuments(config), patiently));
  const bareLog = opened(await whenThere(() => openConfiguredLog(config, report), patiently));
  const log = tracing.appending(metrics.measureLog(bareLog));
  const measured = metrics.measureDocuments(bareDocuments);
  const pointers = createPointers();
  const documents = readLive(measured, pointers);
  const images = await openConfiguredImages(config);
  const projected = {
    log,
    documents: measured,
    pointers,
    projections: all,
    onlyFollow: !does.has('projector'),
  };
  const onTrouble = (cause: unknown): void => logger.warn({ err: cause }, 'projecting failed; trying again');
  await declareVersions(log, measured, all);
  const projections = started(
    await startProjections({
      ...{ ...projected, ...tracing.projecting(log, measured), onTrouble },
      onStopped: (health, cause) => logger.error({ err: cause, ...health }, 'a projection has stopped'),
    }),
  );
  const newVersions = started(await startNewVersions({ ...projected, onTrouble, ...tellProgress(logger) }));
  const readModel = openReadModel(documents, projections, all);
  const past = openPast(documents);
  watchLog(metrics.gauges, log, projections);
  watchFiles(metrics.gauges, log, documents);
  watchDisk(metrics.gauges, config.DATA_DIR);
  return { log, documents, images, projections, newVersions, readModel, past };
};
export type Stores = Awaited<ReturnType<typeof openStores>>;
