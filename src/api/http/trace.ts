import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { problemBody, problemOf } from '../problems.ts';

const header = 'Darkroom-Reference';

/** The request's id: in its log lines, in its problem, and as correlation of the events that it causes. */
export const referenceOf = (response: Response): string => String(response.getHeader(header));

/** The address without its query: that may hold words of a person. */
const pathOf = (address: string): string => address.split('?', 1)[0] ?? '';

/** Gives each request its reference, and logs how it ended: no token, no body, no query. */
export const trace =
  (logger: Logger, newId: () => string): RequestHandler =>
  (request, response, next) => {
    const begun = performance.now();
    response.set(header, newId());
    response.on('close', () => {
      const level = request.method === 'GET' && response.statusCode < 400 ? 'debug' : 'info';
      logger[level](
        {
          reference: referenceOf(response),
          method: request.method,
          path: pathOf(request.originalUrl),
          status: response.statusCode,
          answered: response.writableFinished,
          milliseconds: Math.round(performance.now() - begun),
        },
        'request',
      );
    });
    next();
  };

/** Answers errors as problems. The cause of a failure of ours goes to the log alone, under the reference. */
export const answerProblems =
  (logger: Logger): ErrorRequestHandler =>
  (error: unknown, _request, response, next) => {
    const problem = problemOf(error);
    const reference = referenceOf(response);
    if (problem.status >= 500)
      logger[problem.code === 'internal' ? 'error' : 'warn']({ reference, err: error }, problem.message);
    if (response.headersSent) {
      next(error);
      return;
    }
    response
      .status(problem.status)
      .set('Content-Type', 'application/problem+json; charset=utf-8')
      .set('Cache-Control', 'no-store')
      .set(problem.headers)
      .json(problemBody(problem, reference));
  };
