import { createHash } from 'node:crypto';
import { type SpanContext, TraceFlags } from '@opentelemetry/api';
import type { IdGenerator } from '@opentelemetry/sdk-trace';

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The trace of everything that one request caused, in all processes: its id is the correlation id that their
 * events have anyway, so nothing is added to an event, and the reference that a person is shown finds the
 * trace. The span that all others lie below is the request's.
 */
export const rootOf = (correlationId: string): SpanContext => ({
  traceId: uuid.test(correlationId)
    ? correlationId.replaceAll('-', '').toLowerCase()
    : hashOf(correlationId).slice(0, 32),
  spanId: hashOf(correlationId).slice(32, 48),
  traceFlags: TraceFlags.SAMPLED,
  isRemote: true,
});

/** Gives out ids at random, but where a span is begun `as` one whose ids are known. */
export const createIds = (random: IdGenerator) => {
  let known: SpanContext | null = null;
  return {
    generator: {
      generateTraceId: () => known?.traceId ?? random.generateTraceId(),
      generateSpanId: () => known?.spanId ?? random.generateSpanId(),
    } satisfies IdGenerator,
    as<Begun>(context: SpanContext, begin: () => Begun): Begun {
      known = context;
      try {
        return begin();
      } finally {
        known = null;
      }
    },
  };
};
