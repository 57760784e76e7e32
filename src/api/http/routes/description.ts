import { join } from 'node:path';
import { type RequestHandler, Router } from 'express';
import { asyncApi } from '../../description/asyncApi.ts';
import { openApi } from '../../description/openApi.ts';
import { Problem } from '../../problems.ts';
import type { Operation } from '../operation.ts';
import { neverStored, viewerPolicy } from '../securityHeaders.ts';

/** Made when it is first asked for, and never again: it takes some ten milliseconds. */
const madeOnce = (make: () => object): RequestHandler => {
  let made: string | null = null;
  return (_request, response) => {
    made ??= JSON.stringify(make());
    response.set('Content-Type', 'application/json; charset=utf-8').send(made);
  };
};

const page =
  (webFolder: string): RequestHandler =>
  (_request, response, next) => {
    response.sendFile(join(webFolder, 'docs.html'), { cacheControl: false }, (error?: Error) => {
      if (error === undefined || response.headersSent) return;
      next(
        new Problem('not_found', 'The page is not built; build it with: npm run build.', { cause: error }),
      );
    });
  };

/** The API as a document for programs, and as a page for people. */
export const descriptionRoutes = (
  operations: readonly Operation[],
  webFolder: string,
  others: RequestHandler,
): Router => {
  const router = Router();
  router
    .route('/openapi.json')
    .get(
      neverStored,
      madeOnce(() => openApi(operations)),
    )
    .all(others);
  router.route('/asyncapi.json').get(neverStored, madeOnce(asyncApi)).all(others);
  router.route('/docs').get(neverStored, viewerPolicy, page(webFolder)).all(others);
  return router;
};
