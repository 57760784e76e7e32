import { DiagLogLevel, diag } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  RandomIdGenerator,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import { inTime } from '../api/inTime.ts';
import type { EventLog } from '../events/log/eventLog.ts';
import { createArrivals } from './arrivals.ts';
import { traceDrawings } from './drawings.ts';
import { createIds } from './ids.ts';
import { traceRequests } from './requests.ts';
import { aboutEvent, createSpans, fail, type Spans } from './spans.ts';
import type { Tracing } from './tracing.ts';

export interface TracingParts {
  /** Of a collector that speaks OTLP over HTTP, without `/v1/traces`. */
  readonly endpoint: string;
  /** Of the requests, 0–1; all processes choose the same ones, by the trace's id. */
  readonly share: number;
  readonly logger: Logger;
}

/** A collector that is away costs traces and nothing else: it is said in the log. */
const sayInLog = (logger: Logger): void => {
  const warn = (message: string): void => logger.warn({ problem: message }, 'traces could not be sent');
  const ignore = (): void => {};
  diag.setLogger({ error: warn, warn, info: ignore, debug: ignore, verbose: ignore }, DiagLogLevel.WARN);
};

const traceAppends =
  (spans: Spans) =>
  <Log extends Pick<EventLog, 'append'>>(log: Log): Log => ({
    ...log,
    async append(...[stream, expected, events]: Parameters<EventLog['append']>) {
      const [first] = events;
      if (first === undefined) return log.append(stream, expected, events);
      const span = spans.below(first.metadata.correlationId, 'append', aboutEvent(first));
      try {
        const appended = await log.append(stream, expected, events);
        span.setAttribute('darkroom.position', appended.position);
        return appended;
      } catch (cause) {
        fail(span, cause);
        throw cause;
      } finally {
        span.end();
      }
    },
  });

const traceProjecting =
  (spans: Spans): Tracing['projecting'] =>
  (log, documents) => {
    const arrivals = createArrivals();
    return {
      log: arrivals.from(log),
      documents: {
        ...documents,
        async write(written, checkpoints, leases) {
          await documents.write(written, checkpoints, leases);
          const [last] = checkpoints
            .map(({ position }) => position)
            .toSorted()
            .toReversed();
          if (last === undefined) return;
          for (const { event, at } of arrivals.takeUpTo(last)) spans.since(at, event, 'project');
        },
      },
    };
  };

/** Until the first socket is sent it: with many, one span each would cost more than the sending. */
const traceDelivering =
  (spans: Spans): Tracing['delivering'] =>
  (log, report) => {
    const arrivals = createArrivals();
    return {
      log: arrivals.from(log),
      report: {
        began(answer) {
          const told = report.began(answer);
          return {
            over: told.over,
            sent(batch) {
              told.sent(batch);
              for (const { position } of batch.events) {
                const arrival = arrivals.take(position);
                if (arrival !== null) spans.since(arrival.at, arrival.event, 'deliver');
              }
            },
          };
        },
      },
    };
  };

export const createTracing = ({ endpoint, share, logger }: TracingParts): Tracing => {
  sayInLog(logger);
  const ids = createIds(new RandomIdGenerator());
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/traces` });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'darkroom', 'process.pid': process.pid }),
    idGenerator: ids.generator,
    sampler: new TraceIdRatioBasedSampler(share),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  });
  const spans = createSpans(provider.getTracer('darkroom'), ids);
  return {
    requests: traceRequests(spans),
    appending: traceAppends(spans),
    projecting: traceProjecting(spans),
    delivering: traceDelivering(spans),
    drawings: traceDrawings(spans),
    async close() {
      try {
        await inTime(provider.shutdown());
      } catch (cause) {
        logger.warn({ err: cause }, 'the last traces could not be sent');
      }
    },
  };
};
