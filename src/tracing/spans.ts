import {
  type Attributes,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { NewEvent, RecordedEvent } from '../events/log/eventLog.ts';
import { type createIds, rootOf } from './ids.ts';

/** What an event is about: ids, never what a person wrote. */
export const aboutEvent = ({ type, metadata }: NewEvent): Attributes => {
  const { conversationId, messageId, jobId } = metadata.subject;
  return {
    'darkroom.event': type,
    'darkroom.actor': metadata.actor.id,
    ...(conversationId === undefined ? {} : { 'darkroom.conversation': conversationId }),
    ...(messageId === undefined ? {} : { 'darkroom.message': messageId }),
    ...(jobId === undefined ? {} : { 'darkroom.job': jobId }),
  };
};

/** Begins spans, each in the trace of the request that began it all. */
export const createSpans = (tracer: Tracer, ids: ReturnType<typeof createIds>) => ({
  request: (name: string, reference: string): Span =>
    ids.as(rootOf(reference), () => tracer.startSpan(name, { root: true, kind: SpanKind.SERVER })),

  below: (correlationId: string, name: string, attributes: Attributes): Span =>
    tracer.startSpan(name, { attributes }, trace.setSpanContext(ROOT_CONTEXT, rootOf(correlationId))),

  within: (parent: Span, name: string, attributes: Attributes): Span =>
    tracer.startSpan(name, { attributes, kind: SpanKind.CLIENT }, trace.setSpan(ROOT_CONTEXT, parent)),

  /** What became of an event, from when it came until now. */
  since: (startTime: number, event: RecordedEvent, name: string): void =>
    tracer
      .startSpan(
        name,
        { startTime, attributes: { ...aboutEvent(event), 'darkroom.position': event.position } },
        trace.setSpanContext(ROOT_CONTEXT, rootOf(event.metadata.correlationId)),
      )
      .end(Date.now()),
});
export type Spans = ReturnType<typeof createSpans>;

/** The kind of error alone: its message may hold what a person wrote. */
export const fail = (span: Span, cause: unknown): void => {
  const message = cause instanceof Error ? cause.name : 'unknown';
  span.setStatus({ code: SpanStatusCode.ERROR, message });
};
