import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { type Duty, duties } from '../../src/assembly/duties.ts';
import { readConfig } from '../../src/config.ts';
import { startDarkroom } from '../../src/main.ts';

/** Darkroom as `darkroom serve` starts it, in this process, in a folder of its own, on a free port. */
export const openOwnDarkroom = async (
  does: readonly Duty[] = duties,
  settings: Readonly<Record<string, string>> = {},
) => {
  const folder = await mkdtemp(join(tmpdir(), 'darkroom-own-'));
  const config = readConfig({ DATA_DIR: folder, PORT: '0', SKETCH_STEP_MS: '0', DRAIN_MS: '0', ...settings });
  const darkroom = await startDarkroom(config, pino({ level: 'silent' }), new Set(does));
  return {
    url: darkroom.url,
    async close(): Promise<void> {
      await darkroom.stop();
      await rm(folder, { recursive: true });
    },
  };
};
export type OwnDarkroom = Awaited<ReturnType<typeof openOwnDarkroom>>;
