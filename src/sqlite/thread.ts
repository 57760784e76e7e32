import { Worker } from 'node:worker_threads';
import type { Answer, Call, Operations } from './serveThread.ts';

/** What a call takes: the operation's request, or nothing where it takes none. */
export type RequestOf<Operation extends (request: never) => unknown> =
  Parameters<Operation> extends [] ? [request?: undefined] : Parameters<Operation>;

/**
 * A worker thread that answers calls. SQLite works synchronously and waits for the disk; in a thread of
 * its own it holds up nobody. Calls are answered by promises; if the thread dies, all that wait reject.
 */
export interface Thread<Ops extends Operations> {
  call<Name extends keyof Ops & string>(
    name: Name,
    ...request: RequestOf<Ops[Name]>
  ): Promise<Awaited<ReturnType<Ops[Name]>>>;
  /** False once the thread has ended, whether asked to or not. */
  readonly isRunning: boolean;
  /** Ends the thread; what still waits rejects. */
  stop(): Promise<void>;
}

/** What went wrong in a thread. `code` is the original error's (`SQLITE_FULL`, …) or `thread_ended`. */
export class ThreadError extends Error {
  constructor(
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'ThreadError';
  }
}

/** The module `name` beside the one that asks, as it was loaded: from source or from a build. */
const startWorker = (besides: string, name: string): Worker => {
  if (!besides.endsWith('.ts')) return new Worker(new URL(`./${name}.js`, besides));
  return new Worker(new URL('./threadFromSource.mjs', import.meta.url), {
    execArgv: [],
    workerData: { module: new URL(`./${name}.ts`, besides).href },
  });
};

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

export interface ThreadOptions {
  /** `import.meta.url` of the module beside which the thread's module lies. */
  readonly besides: string;
  /** The thread's module, without its ending. */
  readonly name: string;
  /** Takes what the thread tells unasked (`notify` of serveThread.ts). */
  readonly onNotice?: (notice: unknown) => void;
  /** Is told when the thread ends, so that whoever waits for a notice needn't wait for ever. */
  readonly onEnd?: () => void;
}

export const startThread = <Ops extends Operations>(options: ThreadOptions): Thread<Ops> => {
  const worker = startWorker(options.besides, options.name);
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let running = true;

  const end = (error: ThreadError): void => {
    const wasRunning = running;
    running = false;
    if (wasRunning) options.onEnd?.();
    const rejected = [...waiting.values()];
    waiting.clear();
    for (const { reject } of rejected) reject(error);
  };

  worker.on('message', (answer: Answer) => {
    if (answer.kind === 'notice') return options.onNotice?.(answer.notice);
    const asked = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (answer.kind === 'result') asked?.resolve(answer.result);
    else asked?.reject(new ThreadError(answer.code, answer.message));
  });
  worker.on('error', (cause: Error) =>
    end(new ThreadError('thread_ended', `thread ${options.name} crashed: ${cause.message}`, { cause })),
  );
  worker.on('exit', (code) =>
    end(new ThreadError('thread_ended', `thread ${options.name} ended (exit code ${code})`)),
  );

  return {
    call: (name, ...request) =>
      new Promise((resolve, reject) => {
        if (!running) {
          reject(new ThreadError('thread_ended', `thread ${options.name} has ended`));
          return;
        }
        const id = ++lastId;
        const call: Call = { id, name, request: request[0] };
        // First the message, for a request that can't be cloned throws here and must not stay waiting.
        worker.postMessage(call);
        waiting.set(id, { resolve: resolve as Waiting['resolve'], reject });
      }),
    get isRunning() {
      return running;
    },
    stop: async () => {
      await worker.terminate();
    },
  };
};
