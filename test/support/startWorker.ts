import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Where a worker's process ends itself, or freezes. */
export type Step =
  | 'before the claim'
  | 'after the claim'
  | 'before the engine is told'
  | 'in the middle'
  | 'before the end, its picture stored'
  | 'after the end'
  | 'freezes before the end';

interface WorkerOptions {
  readonly leaseMs?: number;
  readonly drawMs?: number;
  /** Draws there, in place of the scripted engine. */
  readonly comfyui?: URL;
}

/** An image worker in a process of its own, on the stores of a folder; `never` ends itself. */
export const startWorker = (
  folder: string,
  step: Step | 'never',
  { leaseMs = 30_000, drawMs = 0, comfyui }: WorkerOptions = {},
) => {
  const script = ['--import', 'tsx', 'test/support/workerProcess.ts'];
  const words = [...script, folder, step, String(leaseMs), String(drawMs), comfyui?.href ?? ''];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  return {
    /** What it said so far. */
    lines,
    /** The signal that ended it. */
    ended: async (): Promise<unknown> => (await ended)[1],
    goOn: () => child.kill('SIGCONT'),
    async kill(): Promise<void> {
      child.kill('SIGKILL');
      await ended;
    },
  };
};
export type WorkerProcess = ReturnType<typeof startWorker>;
