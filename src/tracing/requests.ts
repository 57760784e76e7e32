import { SpanStatusCode } from '@opentelemetry/api';
import type { RequestHandler } from 'express';
import { referenceOf } from '../api/http/trace.ts';
import { routeOf } from '../api/metrics/http.ts';
import type { Spans } from './spans.ts';

/** One span a request, until its answer is sent or the client has left; by the route, never the address. */
export const traceRequests =
  (spans: Spans): RequestHandler =>
  (request, response, next) => {
    const span = spans.request(request.method, referenceOf(response));
    response.once('close', () => {
      const pattern: unknown = request.route?.path;
      const route = routeOf(request.originalUrl, pattern);
      const { statusCode, writableFinished } = response;
      span.updateName(`${request.method} ${route}`);
      span.setAttributes({
        'http.request.method': request.method,
        'http.route': route,
        'http.response.status_code': statusCode,
        'darkroom.answered': writableFinished,
      });
      if (statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    });
    next();
  };
