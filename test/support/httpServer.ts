import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { v7 } from 'uuid';
import { openLocalAuthentication } from '../../src/api/authenticationLocal.ts';
import { openApi } from '../../src/api/description/openApi.ts';
import { createHttpApi, operationsOf } from '../../src/api/http/createHttpApi.ts';
import { createHttpServer } from '../../src/api/http/httpServer.ts';
import type { HttpApiParts } from '../../src/api/http/parts.ts';
import { people as openPeople } from '../../src/api/http/people.ts';
import { createRefusals } from '../../src/api/http/refusals.ts';
import { createLimits } from '../../src/api/limits/limits.ts';
import { createMetrics } from '../../src/api/metrics/createMetrics.ts';
import { createCommands } from '../../src/commands/createCommands.ts';
import { readConfig } from '../../src/config.ts';
import { openFolderImageStore } from '../../src/images/folder/folderImageStore.ts';
import { projections as all } from '../../src/projections/all.ts';
import { openPast } from '../../src/projections/reading/openPast.ts';
import { openReadModel } from '../../src/projections/reading/openReadModel.ts';
import { startProjections } from '../../src/projections/runner.ts';
import { createJobDesk } from '../../src/workers/createJobDesk.ts';
import { describedIn } from './described.ts';
import { discardStores, openTestDocuments, openTestLog } from './folderStores.ts';
import { httpCaller } from './httpCalls.ts';

/** What stands for the built page of the API's document. */
const writeDocsPage = async (webFolder: string): Promise<void> => {
  await mkdir(webFolder);
  await writeFile(join(webFolder, 'docs.html'), '<!doctype html><title>Darkroom API</title>');
};

const jobLimits = { attempts: 3, timeoutMs: 600_000 };

/** Stores and parts as main.ts puts them together, in a folder of their own; but no workers. */
const openParts = async (folder: string) => {
  /** How far the clock is moved, in milliseconds. */
  const clock = { ahead: 0 };
  const now = () => new Date(Date.now() + clock.ahead);
  const log = await openTestLog(folder);
  const documents = await openTestDocuments(folder);
  const lines: string[] = [];
  const logger = pino({ level: 'debug', base: null }, { write: (line) => void lines.push(line) });
  const report = (cause: unknown) => logger.error({ err: cause }, 'projecting failed');
  const projections = await startProjections({
    ...{ log, documents, projections: all, onTrouble: report },
    onStopped: (_health, cause) => report(cause),
  });
  const readModel = openReadModel(documents, projections, all);
  const past = openPast(documents);
  const people = openPeople(documents);
  const commands = createCommands(log, {
    ...{ now, newSeed: () => 7, nameOf: people.nameOf, jobLimits },
    locateJob: async (id) => (await readModel.job(id))?.messageId ?? null,
  });
  const actor = { id: 'worker:test', name: 'Image worker' };
  return {
    ...(await openLocalAuthentication({ folder, now })),
    ...{ clock, now, lines, logger, log, documents, projections, readModel, past, people, commands },
    images: await openFolderImageStore(join(folder, 'images')),
    desk: createJobDesk({ log, actor, now, newId: v7, jobLimits }),
    config: {
      AUTH_MODE: 'local' as const,
      ALLOWED_ORIGINS: 'https://studio.example',
      JOB_TIMEOUT_MS: jobLimits.timeoutMs,
      MAX_RUNNING_JOBS_PER_USER: 1,
    },
    engines: [{ name: 'sketch', models: ['sketch-1'] }],
    newId: v7,
    refusals: createRefusals({ log, logger, now, newId: v7 }),
    limits: createLimits({ config: readConfig({}), documents, logger, now, clock: () => performance.now() }),
    metrics: createMetrics(logger),
    webFolder: join(folder, 'web'),
  };
};

/** `change` replaces parts, to make one of them fail or to look at what it is given. */
export const openHttpServer = async (change: (parts: HttpApiParts) => Partial<HttpApiParts> = () => ({})) => {
  const folder = await mkdtemp(join(tmpdir(), 'darkroom-http-'));
  const parts = await openParts(folder);
  await writeDocsPage(parts.webFolder);
  const changed = { ...parts, ...change(parts) };
  const server = createHttpServer(createHttpApi(changed), v7);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no address');
  const url = `http://127.0.0.1:${address.port}`;
  return {
    ...parts,
    // Whatever a test is about: no answer that the API's own document doesn't describe.
    ...httpCaller(url, describedIn(openApi(operationsOf(changed)))),
    folder,
    url,
    port: address.port,
    /** Resolves once everything appended so far can be read. */
    settled: async () => parts.readModel.whenProcessed(await parts.log.head(), 10_000),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await parts.projections.stop();
      await parts.documents.close();
      await parts.log.close();
      await discardStores(folder);
      await rm(folder, { recursive: true });
    },
  };
};
export type HttpServer = Awaited<ReturnType<typeof openHttpServer>>;
