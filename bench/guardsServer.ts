// A server of the guards bench, as a process of its own: `on FOLDER`, as it is started; `off FOLDER`, the same calls with
// nothing that guards or tells: tokens are believed unread, nobody is counted, nothing is logged, measured or headed.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { v7 } from 'uuid';
import { createHttpApi } from '../src/api/http/createHttpApi.ts';
import { createHttpServer } from '../src/api/http/httpServer.ts';
import { people as openPeople } from '../src/api/http/people.ts';
import { createRefusals } from '../src/api/http/refusals.ts';
import { securityHeaders } from '../src/api/http/securityHeaders.ts';
import { createLimits } from '../src/api/limits/limits.ts';
import { createMetrics, type Metrics } from '../src/api/metrics/createMetrics.ts';
import { openAuthentication } from '../src/api/openAuthentication.ts';
import { monotonic, now } from '../src/assembly/clocks.ts';
import { lifeOf } from '../src/assembly/life.ts';
import { openStores } from '../src/assembly/openStores.ts';
import { createCommands } from '../src/commands/createCommands.ts';
import { readConfig } from '../src/config.ts';
import type { UserId } from '../src/events/ids.ts';
import { openTracing } from '../src/tracing/tracing.ts';
import { answerCalls, processorTime } from './deliveryProcess.ts';

const [side = 'on', folder = ''] = process.argv.slice(2);
const isOn = side === 'on';

/** Counted as usual, and never reached. */
const reached = { RATE_LIMIT_PER_MINUTE: '10000000', RATE_LIMIT_PER_ADDRESS: '10000000' };
const off = Object.fromEntries(Object.keys(reached).map((name) => [name, '0']));
const config = readConfig({ DATA_DIR: folder, PORT: '0', WORKERS: '0', ...(isOn ? reached : off) });
// As in production, but for the lines going nowhere.
const logger = pino({ level: isOn ? 'info' : 'silent' }, pino.destination('/dev/null'));

const measuring = createMetrics(logger);
const silent: Metrics = {
  ...measuring,
  measureLog: (log) => log,
  measureDocuments: (documents) => documents,
  countSubmissions: (commands) => commands,
  requestAnswered: (_request, _response, next) => next(),
};
const metrics = isOn ? measuring : silent;

const tracing = await openTracing(config, logger);
const waiting = { impatience: new AbortController().signal, onAway: () => {} };
const does = new Set(['api', 'projector'] as const);
const stores = await openStores(config, logger, metrics, tracing, does, waiting, lifeOf([]));
const { log, documents, readModel } = stores;
const { authentication, sessions } = await openAuthentication(config, { folder, now, logger });
const believing: typeof authentication = {
  verify: async () => ({
    principal: { id: 'ada' as UserId, name: 'Ada', roles: ['user'] },
    expiresAt: Number.POSITIVE_INFINITY,
  }),
};
const people = openPeople(documents);
const commands = createCommands(log, {
  ...{ now, newSeed: () => 7, nameOf: people.nameOf, jobLimits: { attempts: 3, timeoutMs: 600_000 } },
  locateJob: async (id) => (await readModel.job(id))?.messageId ?? null,
});
const app = createHttpApi({
  ...{ ...stores, config, sessions, people, metrics, logger, now, newId: v7, engines: [] },
  authentication: isOn ? authentication : believing,
  commands: metrics.countSubmissions(commands),
  limits: createLimits({ config, documents, logger, now, clock: monotonic }),
  refusals: createRefusals({ log, logger, now, newId: v7 }),
  webFolder: folder,
});
if (!isOn) app.router.stack = app.router.stack.filter(({ handle }) => handle !== securityHeaders);
const server = isOn ? createHttpServer(app, v7) : createServer(app);
server.listen(0, '127.0.0.1');
await once(server, 'listening');

export const calls = answerCalls({
  port: (): number => (server.address() as AddressInfo).port,
  processorTime,
});
export type GuardsServer = typeof calls;
