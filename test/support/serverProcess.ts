import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** The built product, running as a process of its own. */
export interface ServerProcess {
  readonly url: string;
  readonly process: ChildProcess;
  /** Everything that it wrote to standard output and error. */
  readonly output: () => string;
  /** SIGTERM, and waits for the end; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL, and waits for the end. */
  kill(): Promise<void>;
}

/** It ended before it was ready: a wrong setting, a used port. */
export class ServerEnded extends Error {
  constructor(
    readonly code: number | null,
    readonly output: string,
  ) {
    super(`the server ended with ${code}:\n${output}`);
    this.name = 'ServerEnded';
  }
}

/**
 * Starts `darkroom serve` of the built product on a free port and resolves when it says that it is ready;
 * `words` come after `serve`; `program` is another release of it.
 * @throws ServerEnded
 */
export const startServer = async (
  settings: Readonly<Record<string, string>>,
  words: readonly string[] = [],
  program = 'dist/src/cli/darkroom.js',
): Promise<ServerProcess> => {
  const child = spawn(process.execPath, [program, 'serve', ...words], {
    env: { PATH: process.env.PATH, PORT: '0', LOG_LEVEL: 'warn', DRAIN_MS: '0', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const url = await new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => {
      output += `${line}\n`;
      const ready = /ready at (http:\S+)/.exec(line)?.[1];
      if (ready !== undefined) resolve(ready);
    });
    ended.then(([code]) => reject(new ServerEnded(code, output)), reject);
  });
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    const [code] = await ended;
    return code;
  };
  return {
    url,
    process: child,
    output: () => output,
    stop: () => end('SIGTERM'),
    kill: async () => {
      await end('SIGKILL');
    },
  };
};
