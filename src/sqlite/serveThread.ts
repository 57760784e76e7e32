import { parentPort } from 'node:worker_threads';

/** What a thread can be asked: functions by name, each from one request to an answer or a promise of one. */
export type Operations = { readonly [name: string]: (request: never) => unknown };

export interface Call {
  readonly id: number;
  readonly name: string;
  readonly request: unknown;
}

export type Answer =
  | { readonly kind: 'result'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly code: string; readonly message: string }
  | { readonly kind: 'notice'; readonly notice: unknown };

const post = (answer: Answer): void => {
  if (parentPort === null) throw new Error('this module runs in a worker thread only');
  parentPort.postMessage(answer);
};

/** Tells the thread that started this one something unasked. */
export const notify = (notice: unknown): void => post({ kind: 'notice', notice });

/** An error crosses as its code and message: classes don't survive structured clone. */
const errorAnswer = (id: number, error: unknown): Answer => {
  if (!(error instanceof Error)) return { kind: 'error', id, code: 'unknown', message: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'unexpected';
  return { kind: 'error', id, code, message: error.message };
};

/** Answers calls from the thread that started this one (thread.ts) with these operations. */
export const serveThread = (operations: Operations): void => {
  const serve = async ({ id, name, request }: Call): Promise<void> => {
    try {
      const operation = operations[name];
      if (operation === undefined) throw new Error(`no operation ${name} in this thread`);
      post({ kind: 'result', id, result: await operation(request as never) });
    } catch (error) {
      post(errorAnswer(id, error));
    }
  };
  parentPort?.on('message', serve);
};
