import express, { type Express, Router } from 'express';
import { ownInstance } from '../../projections/instance.ts';
import { type NewVersions, sentencesOf } from '../../projections/newVersions.ts';
import { readOrigins } from '../origins.ts';
import { Problem } from '../problems.ts';
import { answerCalls } from './answerCall.ts';
import { alive, measured, ready } from './health.ts';
import { createIdempotency } from './idempotency.ts';
import type { Operation } from './operation.ts';
import { crossOrigin } from './origins.ts';
import type { HttpApiParts } from './parts.ts';
import { auditOperations } from './routes/audit.ts';
import { conversationOperations } from './routes/conversations.ts';
import { descriptionRoutes } from './routes/description.ts';
import { engineOperations } from './routes/engines.ts';
import { imageOperations } from './routes/images.ts';
import { jobOperations } from './routes/jobs.ts';
import { messageOperations } from './routes/messages.ts';
import { queueOperations } from './routes/queue.ts';
import { noSessions, sessionOperations, signInOperations } from './routes/sessions.ts';
import { neverStored, securityHeaders } from './securityHeaders.ts';
import { answerProblems, trace } from './trace.ts';
import { webPage } from './webPage.ts';

const nothingHere = () => {
  throw new Problem('not_found', 'There is nothing at this address; docs/protocol.md lists what there is.');
};

/** Paths in the order in which they are first named: `/jobs/cancel` before `/jobs/:id`. */
const byPath = (operations: readonly Operation[]): ReadonlyMap<string, readonly Operation[]> => {
  const paths = new Map<string, Operation[]>();
  for (const operation of operations)
    paths.set(operation.path, [...(paths.get(operation.path) ?? []), operation]);
  return paths;
};

const methodsOf = (operations: readonly Operation[]): string =>
  operations.map(({ method }) => (method === 'get' ? 'GET, HEAD' : method.toUpperCase())).join(', ');

/** For all methods that an address doesn't have. */
const allowing = (allowed: string) => () => {
  throw new Problem('method_not_allowed', `Here you can use ${allowed}.`, { headers: { Allow: allowed } });
};

const routes = (operations: readonly Operation[], answer: ReturnType<typeof answerCalls>): Router => {
  const router = Router();
  for (const [path, here] of byPath(operations)) {
    const route = router.route(path);
    for (const operation of here) route[operation.method](answer(operation));
    route.all(allowing(methodsOf(here)));
  }
  return router;
};

/** Every call of the API. */
export const operationsOf = (
  parts: HttpApiParts,
  origins: ReadonlySet<string> = readOrigins(parts.config.ALLOWED_ORIGINS),
): readonly Operation[] => [
  ...(parts.sessions === null ? noSessions : sessionOperations(parts.sessions, parts.people, origins)),
  ...signInOperations(parts.config.AUTH_MODE),
  ...conversationOperations(parts),
  ...messageOperations(parts),
  ...jobOperations(parts),
  ...queueOperations(parts),
  ...engineOperations(parts),
  ...imageOperations(parts),
  ...auditOperations(parts),
];

type HealthParts = Pick<
  HttpApiParts,
  | 'log'
  | 'readModel'
  | 'projections'
  | 'newVersions'
  | 'metrics'
  | 'sweeping'
  | 'engineHealth'
  | 'logger'
  | 'newId'
  | 'traced'
>;

/** An application that says how it is, and nothing else yet. */
const withHealth = (parts: HealthParts): Express => {
  const app = express();
  app.disable('x-powered-by').disable('etag');
  app.use(trace(parts.logger, parts.newId), parts.metrics.requestAnswered, securityHeaders);
  if (parts.traced) app.use(parts.traced);
  app.route('/healthz').get(neverStored, alive).all(allowing('GET, HEAD'));
  app.route('/readyz').get(neverStored, ready(parts)).all(allowing('GET, HEAD'));
  app.route('/metrics').get(neverStored, measured(parts.metrics)).all(allowing('GET, HEAD'));
  return app;
};

/** What a process without the API is reached by: whoever runs it asks how it is. */
export const createHealthApi = (parts: HealthParts): Express => {
  const app = withHealth(parts);
  app.use(() => {
    throw new Problem(
      'not_found',
      'This process has no API, only /healthz, /readyz and /metrics; ask one that has.',
    );
  });
  app.use(answerProblems(parts.logger));
  return app;
};

/** While documents that this release declares are being built: how far they are, and nothing else. */
export const createBuildingApi = (
  parts: HealthParts & { readonly newVersions: Pick<NewVersions, 'shown'> },
): Express => {
  const app = withHealth(parts);
  app.use(() => {
    const versions = parts.newVersions.shown();
    const longest = Math.max(1, ...versions.map(({ secondsLeft }) => secondsLeft ?? 1));
    const detail = [...sentencesOf(versions), 'Try again when it is done.'].join('; ');
    throw new Problem('unavailable', `${detail.charAt(0).toUpperCase()}${detail.slice(1)}`, {
      headers: { 'Retry-After': String(Math.min(longest, 60)) },
    });
  });
  app.use(answerProblems(parts.logger));
  return app;
};

/** Everything that is reached by HTTP, as a listener for Node's server: API, health, and the page. */
export const createHttpApi = (parts: HttpApiParts): Express => {
  const { authentication, config, documents, limits, logger, newId, now, people, readModel, refusals } =
    parts;
  const origins = readOrigins(config.ALLOWED_ORIGINS);
  const idempotency = createIdempotency({ documents, logger, now, own: ownInstance(newId()) });
  const answer = answerCalls({ authentication, people, limits, idempotency, readModel, refusals, newId });

  const app = withHealth(parts);
  app.use('/api', neverStored, crossOrigin(origins));
  const operations = operationsOf(parts, origins);
  const description = descriptionRoutes(operations, parts.webFolder, allowing('GET, HEAD'));
  app.use('/api/v1', routes(operations, answer), description);
  app.use('/api', nothingHere);
  app.use(description);
  app.use(webPage(parts.webFolder), nothingHere);
  app.use(answerProblems(logger));
  return app;
};
