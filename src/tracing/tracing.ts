import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import type { DeliveryReport } from '../api/delivery/report.ts';
import type { Config } from '../config.ts';
import type { EventLog } from '../events/log/eventLog.ts';
import type { DocumentStore } from '../projections/documents/documentStore.ts';
import type { DrawingReport } from '../workers/drawingReport.ts';

type Appending = Pick<EventLog, 'append'>;
type Subscribing = Pick<EventLog, 'subscribe'>;
type Writing = Pick<DocumentStore, 'write'>;

/**
 * Where the time goes, from a request to the sockets (docs/operations/tracing.md). As with metrics the parts
 * don't know of it: ports are wrapped, and what draws and delivers reports to interfaces of its own. Off, each
 * port is itself and nothing is added anywhere.
 */
export interface Tracing {
  readonly requests: RequestHandler | null;
  appending<Log extends Appending>(log: Log): Log;
  projecting<Log extends Subscribing, Documents extends Writing>(
    log: Log,
    documents: Documents,
  ): { readonly log: Log; readonly documents: Documents };
  delivering<Log extends Subscribing>(
    log: Log,
    report: DeliveryReport,
  ): { readonly log: Log; readonly report: DeliveryReport };
  readonly drawings: DrawingReport | null;
  /** Sends what hasn't been sent yet. */
  close(): Promise<void>;
}

const off: Tracing = {
  requests: null,
  appending: (log) => log,
  projecting: (log, documents) => ({ log, documents }),
  delivering: (log, report) => ({ log, report }),
  drawings: null,
  close: async () => {},
};

export type TracingConfig = Pick<Config, 'OTEL_EXPORTER_OTLP_ENDPOINT' | 'TRACED_SHARE'>;

/** OpenTelemetry is loaded only where traces are to be sent somewhere. */
export const openTracing = async (config: TracingConfig, logger: Logger): Promise<Tracing> => {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, TRACED_SHARE: share } = config;
  if (endpoint === undefined) return off;
  const { createTracing } = await import('./createTracing.ts');
  return createTracing({ endpoint, share, logger });
};
