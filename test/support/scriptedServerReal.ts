import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { readConfig } from '../../src/config.ts';
import { startDarkroom } from '../../src/main.ts';

/** The whole server, on files of its own; where clients are tried against it instead of a script. */
export const openRealServer = async (settings: Readonly<Record<string, string>> = {}) => {
  const folder = await mkdtemp(join(tmpdir(), 'darkroom-client-'));
  let port = '0';
  const start = () =>
    startDarkroom(
      readConfig({ DATA_DIR: folder, PORT: port, SKETCH_STEP_MS: '1', TICK_MS: '300', ...settings }),
      pino({ level: 'silent' }),
    );
  let running = await start();
  const { url } = running;
  port = new URL(url).port;
  return {
    url,
    /** Stops it and starts it anew on the same port and files. */
    restart: async () => {
      await running.stop();
      running = await start();
    },
    close: async () => {
      await running.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
