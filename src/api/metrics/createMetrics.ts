import type { Logger } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { countSubmissions } from './commands.ts';
import { reportDelivery } from './delivery.ts';
import { measureDocuments } from './documents.ts';
import { createGauges } from './gauges.ts';
import { countRequests } from './http.ts';
import { measureLog } from './log.ts';
import { countShownPlaces } from './places.ts';

/*
 * Everything that a process counts, and the only place that knows how it is told. Parts don't know of it:
 * ports are wrapped (log, documents, commands), delivery reports to an interface of its own, and what can
 * be read is read when somebody asks (watch.ts). What happens to jobs is counted where it is appended, so that
 * each event counts in one process, once, and the sum over all processes is true.
 */
export const createMetrics = (logger: Logger) => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    measureLog: measureLog(registry),
    measureDocuments: measureDocuments(registry),
    countSubmissions: countSubmissions(registry),
    requestAnswered: countRequests(registry),
    delivery: reportDelivery(registry),
    placeShown: countShownPlaces(registry),
    gauges: createGauges(registry, logger),
    /** As Prometheus reads it. */
    exposition: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
};
export type Metrics = ReturnType<typeof createMetrics>;
