import { fork } from 'node:child_process';
import { once } from 'node:events';

/** Milliseconds of the clock that all processes of a machine share. */
export const now = (): number => Number(process.hrtime.bigint()) / 1e6;

/** What this process has used so far, all its threads together, in milliseconds of one core. */
export const processorTime = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

type Calls = Readonly<Record<string, (given: never) => unknown>>;
interface Call {
  readonly id: number;
  readonly name: string;
  readonly given: never;
}
interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

/** In a process that was started by `startProcess`: answers what it is asked. */
export const answerCalls = <Given extends Calls>(calls: Given): Given => {
  process.on('message', async ({ id, name, given }: Call) => {
    try {
      process.send?.({ id, result: await calls[name]?.(given) });
    } catch (error) {
      process.send?.({ id, error: error instanceof Error ? String(error.stack) : String(error) });
    }
  });
  process.on('disconnect', () => process.exit());
  return calls;
};

/** Starts a module of this folder as a process of its own, whose functions are called as if they were here. */
export const startProcess = <Remote extends Calls>(file: string, ...words: string[]) => {
  // BENCH_PROFILE=FOLDER: a CPU profile of each process.
  const flags = process.env.BENCH_PROFILE
    ? ['--cpu-prof', `--cpu-prof-dir=${process.env.BENCH_PROFILE}`]
    : [];
  const child = fork(new URL(file, import.meta.url), words, {
    execArgv: [
      '--import',
      'tsx',
      '--import',
      './bench/built.mjs',
      '--expose-gc',
      '--max-semi-space-size=64',
      ...flags,
    ],
    serialization: 'advanced',
  });
  const waiting = new Map<number, (answer: Answer) => void>();
  let calls = 0;
  // A call that can't be sent is refused below, as one whose process ends while it works.
  child.on('error', () => undefined);
  child.on('message', (answer: Answer) => waiting.get(answer.id)?.(answer));
  const ended = once(child, 'exit');
  void ended.then(() => {
    for (const [id, settle] of waiting) settle({ id, error: `${file} ${words.join(' ')} has ended` });
  });
  return {
    call: <Name extends keyof Remote & string>(
      name: Name,
      given?: Parameters<Remote[Name]>[0],
    ): Promise<Awaited<ReturnType<Remote[Name]>>> =>
      new Promise((resolve, reject) => {
        const id = ++calls;
        waiting.set(id, ({ result, error }) => {
          waiting.delete(id);
          if (error === undefined) resolve(result as Awaited<ReturnType<Remote[Name]>>);
          else reject(new Error(error));
        });
        child.send({ id, name, given });
      }),
    signal: (signal: NodeJS.Signals): void => void child.kill(signal),
    /** SIGKILL. */
    kill: async (): Promise<void> => {
      child.kill('SIGKILL');
      await ended;
    },
    end: async (): Promise<void> => {
      child.disconnect();
      await ended;
    },
  };
};

export type Process<Remote extends Calls> = ReturnType<typeof startProcess<Remote>>;
