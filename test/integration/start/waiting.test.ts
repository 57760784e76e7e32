import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import { type Darkroom, startDarkroom } from '../../../src/main.ts';
import { type StandInProcess, startStandInProcess } from '../../support/kurrentdb/standInProcess.ts';

const patient = { timeout: 60_000, interval: 50 };

let folder: string;
let lines: string[];
let darkroom: Darkroom | null = null;
let logServer: StandInProcess | null = null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'darkroom-waiting-'));
  lines = [];
});
afterEach(async () => {
  await darkroom?.stop();
  await logServer?.kill();
  darkroom = null;
  logServer = null;
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

const start = async (settings: Readonly<Record<string, string>>) => {
  const port = await freePort();
  const config = readConfig({ DATA_DIR: folder, PORT: String(port), DRAIN_MS: '0', ...settings });
  const asked = new AbortController();
  const logger = pino({ level: 'warn' }, { write: (line) => void lines.push(line) });
  const starting = startDarkroom(config, logger, undefined, asked.signal);
  const ask = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    return { status: response.status, body: await response.json() };
  };
  return { starting, ask, stop: () => asked.abort() };
};

it('a start while the event log is away waits, says so at /readyz and in the log, and goes on once it is there', async () => {
  const port = await freePort();
  const { starting, ask } = await start({ EVENT_LOG_URL: `esdb://127.0.0.1:${port}?tls=false` });
  const why = `The server waits for a store. The event log server 127.0.0.1:${port} can not be reached`;
  await vi.waitFor(async () => {
    expect(await ask('/readyz')).toMatchObject({
      status: 503,
      body: { code: 'unavailable', detail: expect.stringContaining(why) },
    });
  }, patient);
  expect(await ask('/healthz')).toEqual({ status: 200, body: { status: 'ok' } });
  expect(lines.filter((line) => line.includes('a store is away; the start waits for it'))).toHaveLength(1);
  logServer = await startStandInProcess({ port });
  darkroom = await starting;
  await vi.waitFor(async () => expect((await ask('/readyz')).status).toBe(200), patient);
});

it('a start while MongoDB is away waits, never shows its password, and ends when it is told to', async () => {
  const url = `mongodb://ada:secret@127.0.0.1:${await freePort()}/pictures?serverSelectionTimeoutMS=300`;
  const { starting, ask, stop } = await start({ DOCUMENTS_URL: url });
  const why =
    /^The server waits for a store\. The document store 127\.0\.0\.1:\d+\/pictures can not be reached/;
  await vi.waitFor(async () => {
    const { status, body } = await ask('/readyz');
    expect(status).toBe(503);
    expect(body.detail).toMatch(why);
    expect(JSON.stringify(body)).not.toContain('secret');
  }, patient);
  expect(lines.join('')).not.toContain('secret');
  stop();
  await expect(starting).rejects.toThrow(/abort/);
});
