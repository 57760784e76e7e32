import { EngineError } from '../imageEngine.ts';
import { type DrawingThread, startDrawingThread } from './drawingThread.ts';

/** Drawing threads, lent one to a drawing. */
export interface ThreadPool {
  /** Waits where all are lent; rejects with the signal's reason once it is aborted. */
  borrow(signal: AbortSignal): Promise<DrawingThread>;
  /** A thread that still works on something (its drawing was stopped) is ended, not lent again. */
  giveBack(thread: DrawingThread): void;
  close(): Promise<void>;
}

export interface ThreadPoolSettings {
  /** Drawings at the same time; more wait. */
  readonly most: number;
  /** Threads kept for later (each holds some 40 MB); the rest are ended. */
  readonly kept: number;
  readonly start?: () => DrawingThread;
}

export function createThreadPool({ most, kept, start = startDrawingThread }: ThreadPoolSettings): ThreadPool {
  const idle: DrawingThread[] = [];
  const lent = new Set<DrawingThread>();
  const ending = new Set<Promise<void>>();
  const line: { readonly lend: () => void; readonly refuse: (error: EngineError) => void }[] = [];
  let closed = false;

  const refusal = (): EngineError =>
    new EngineError('engine_unavailable', 'the sketch engine was closed', true);

  const take = (): DrawingThread => {
    // An idle thread may have died in the meantime; then the next one, or a new one.
    let thread = idle.pop();
    while (thread !== undefined && !thread.usable) thread = idle.pop();
    thread ??= start();
    thread.wake();
    lent.add(thread);
    return thread;
  };
  const end = (thread: DrawingThread): void => {
    const ended = thread.end().finally(() => ending.delete(ended));
    ending.add(ended);
  };

  return {
    borrow(signal) {
      return new Promise((resolve, reject) => {
        if (closed) return reject(refusal());
        if (signal.aborted) return reject(signal.reason);
        if (lent.size < most) return resolve(take());
        const leave = (): void => {
          line.splice(line.indexOf(waiting), 1);
          reject(signal.reason);
        };
        const waiting = {
          lend: () => {
            signal.removeEventListener('abort', leave);
            resolve(take());
          },
          refuse: (error: EngineError) => {
            signal.removeEventListener('abort', leave);
            reject(error);
          },
        };
        signal.addEventListener('abort', leave, { once: true });
        line.push(waiting);
      });
    },
    giveBack(thread) {
      lent.delete(thread);
      if (thread.usable && !closed && idle.length < kept) {
        thread.rest();
        idle.push(thread);
      } else {
        end(thread);
      }
      if (!closed) line.shift()?.lend();
    },
    async close() {
      closed = true;
      for (const waiting of line.splice(0)) waiting.refuse(refusal());
      for (const thread of [...idle.splice(0), ...lent]) end(thread);
      await Promise.all(ending);
    },
  };
}
