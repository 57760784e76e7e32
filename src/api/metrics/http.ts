import type { RequestHandler } from 'express';
import { Histogram, type Registry } from 'prom-client';

/** Others are counted as one, for a client can name any. */
const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PATCH', 'DELETE', 'PUT', 'OPTIONS']);

const apiPath = '/api/v1';

/** The pattern that the address matched, never the address: there are endless addresses, and ids in them. */
export const routeOf = (address: string, pattern: unknown): string => {
  if (typeof pattern !== 'string') return address.startsWith('/api') ? 'none' : 'page';
  return address.startsWith(apiPath) ? `${apiPath}${pattern}` : pattern;
};

/** Times each request until its answer is sent, or the client has left. */
export const countRequests = (registry: Registry): RequestHandler => {
  const requests = new Histogram({
    ...{ name: 'darkroom_http_request_seconds', registers: [registry] },
    labelNames: ['route', 'method', 'status'],
    help: 'How long HTTP requests took, by route pattern (page: files of the web page; none: no such route), method and status (left: the client went before it was answered).',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  });
  return (request, response, next) => {
    const took = requests.startTimer();
    response.once('close', () => {
      const pattern: unknown = request.route?.path;
      took({
        route: routeOf(request.originalUrl, pattern),
        method: methods.has(request.method) ? request.method : 'other',
        status: response.writableFinished ? response.statusCode : 'left',
      });
    });
    next();
  };
};
