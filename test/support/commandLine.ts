import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** The built `darkroom` with these settings and no others. */
export const commandLine =
  (settings: Readonly<Record<string, string>>) =>
  async (...words: string[]): Promise<Ran> => {
    const env = { PATH: process.env.PATH, ...settings };
    try {
      const ran = await promisify(execFile)(process.execPath, ['dist/src/cli/darkroom.js', ...words], {
        env,
      });
      return { stdout: ran.stdout, stderr: ran.stderr, code: 0 };
    } catch (cause) {
      return cause as Ran;
    }
  };
