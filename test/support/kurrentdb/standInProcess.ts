import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** The stand-in in a process of its own: it can be killed, and started again at the same port with the same file. */
export const startStandInProcess = async (options: { port?: number; file?: string } = {}) => {
  const main = new URL('./standInMain.ts', import.meta.url).pathname;
  const start = async (port: number) => {
    const words = [String(port), ...(options.file === undefined ? [] : [options.file])];
    const child = spawn(process.execPath, ['--import', 'tsx', main, ...words], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    const said = once(createInterface({ input: child.stdout }), 'line');
    const url = await Promise.race([
      said.then(([line]) => String(line)),
      ended.then(() => Promise.reject(new Error('the stand-in ended before it was ready'))),
    ]);
    return { child, ended, url };
  };
  let running = await start(options.port ?? 0);
  const { url } = running;
  const kill = async (): Promise<void> => {
    running.child.kill('SIGKILL');
    await running.ended;
  };
  return {
    url,
    port: Number(/:(\d+)\?/.exec(url)?.[1]),
    /** SIGKILL. */
    kill,
    /** Stops it where it is, until told to go on: it takes connections and says nothing. */
    freeze: () => running.child.kill('SIGSTOP'),
    thaw: () => running.child.kill('SIGCONT'),
    startAgain: async (): Promise<void> => {
      running = await start(Number(/:(\d+)\?/.exec(url)?.[1]));
    },
  };
};
export type StandInProcess = Awaited<ReturnType<typeof startStandInProcess>>;
