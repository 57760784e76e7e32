import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Duty, duties } from '../../../src/assembly/duties.ts';
import { readConfig } from '../../../src/config.ts';
import { openSqliteEventLog } from '../../../src/events/log/sqlite/sqliteEventLog.ts';
import { type Darkroom, startDarkroom } from '../../../src/main.ts';
import { tellStory } from '../../support/story.ts';

let folder: string;
const running: Darkroom[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'darkroom-building-'));
});
afterEach(async () => {
  for (const each of running.splice(0)) await each.stop();
  rmSync(folder, { recursive: true });
});

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
};

const start = (port: number, does: readonly Duty[], impatience?: AbortSignal) => {
  const config = readConfig({ DATA_DIR: folder, PORT: String(port), KEYS_URL: 'none', DRAIN_MS: '0' });
  return startDarkroom(config, pino({ level: 'silent' }), new Set(does), impatience);
};

const answer = async (port: number, path: string) => {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return {
    status: response.status,
    body: await response.json(),
    retryAfter: response.headers.get('Retry-After'),
  };
};

it('a node whose documents are not built yet says so to everybody, and serves once another has built them', async () => {
  const log = await openSqliteEventLog(join(folder, 'events.db'));
  await tellStory(log, 5);
  await log.close();
  const port = await freePort();
  const starting = start(port, ['api']);
  const waits = /^Projection messages v\d+ waits to be built by a process that projects: darkroom serve; /;
  await vi.waitFor(
    async () =>
      expect(await answer(port, '/api/v1/engines')).toMatchObject({
        status: 503,
        body: { code: 'unavailable', detail: expect.stringMatching(waits) },
        retryAfter: '1',
      }),
    { timeout: 20_000 },
  );
  expect(await answer(port, '/healthz')).toMatchObject({ status: 200 });
  const { status, body } = await answer(port, '/readyz');
  expect(status).toBe(503);
  expect(body.parts.projections[0]).toMatchObject({
    state: 'unbuilt',
    reason: expect.stringMatching(/waits to be built/),
    whatToDo: expect.stringMatching(/^Wait: /),
  });

  running.push(await start(await freePort(), ['projector']));
  running.push(await starting);
  expect(await answer(port, '/readyz')).toMatchObject({ status: 200 });
  expect(await answer(port, '/api/v1/engines')).toMatchObject({ status: 401 });
});

it('a node that waits for its documents stops when it is told to', async () => {
  const log = await openSqliteEventLog(join(folder, 'events.db'));
  await tellStory(log, 1);
  await log.close();
  const port = await freePort();
  const asked = new AbortController();
  const starting = start(port, ['api'], asked.signal);
  await vi.waitFor(async () => expect(await answer(port, '/readyz')).toMatchObject({ status: 503 }), {
    timeout: 20_000,
  });
  asked.abort();
  await expect(starting).rejects.toThrow(/abort/);
  await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
});

it('a node on a log that tells of nothing yet serves at once', async () => {
  running.push(await start(await freePort(), duties));
});
