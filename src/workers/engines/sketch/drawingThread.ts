import { Worker } from 'node:worker_threads';
import { EngineError } from '../imageEngine.ts';
import type { ThreadAnswer, ThreadQuestion } from './messages.ts';

/** The server's end of a drawing thread. */
export interface DrawingThread {
  /** Rejects with an EngineError where the thread fails, breaks down, or is ended before it answers. */
  ask(question: ThreadQuestion): Promise<ThreadAnswer>;
  /** Whether it has a question to answer still, or is gone: then nobody else can use it. */
  readonly usable: boolean;
  /** An unused thread doesn't keep the process alive. */
  rest(): void;
  wake(): void;
  end(): Promise<void>;
}

interface Asked {
  readonly answer: (answer: ThreadAnswer) => void;
  readonly fail: (error: EngineError) => void;
}

/** Room for the study, the canvas and their pixels at 1536 × 1536, many times over. */
const memoryLimitMb = 512;

export function startDrawingThread(file: URL = threadFile()): DrawingThread {
  const worker = new Worker(file, {
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: memoryLimitMb },
  });
  let asked: Asked | null = null;
  let brokenBy: EngineError | null = null;

  const breakDown = (error: EngineError): void => {
    brokenBy ??= error;
    asked?.fail(brokenBy);
    asked = null;
  };
  worker.on('message', (answer: ThreadAnswer) => {
    const waiting = asked;
    asked = null;
    if (answer.kind !== 'failed') waiting?.answer(answer);
    else waiting?.fail(failed(answer.message, answer.outOfMemory));
  });
  worker.on('error', (error) => breakDown(crashed(error)));
  worker.on('exit', (code) => {
    breakDown(new EngineError('engine_unavailable', `the drawing thread ended with code ${code}`, true));
  });

  return {
    ask(question) {
      return new Promise((answer, fail) => {
        if (brokenBy !== null) return fail(brokenBy);
        if (asked !== null)
          return fail(new EngineError('internal', 'a drawing thread was asked two things at once', true));
        asked = { answer, fail };
        worker.postMessage(question);
      });
    },
    get usable() {
      return asked === null && brokenBy === null;
    },
    rest: () => worker.unref(),
    wake: () => worker.ref(),
    end: async () => {
      await worker.terminate();
    },
  };
}

/** From source the thread needs TypeScript's loader first; a build has it as JavaScript. */
function threadFile(): URL {
  const fromSource = import.meta.url.endsWith('.ts');
  return new URL(fromSource ? './threadFromSource.mjs' : './thread.js', import.meta.url);
}

function failed(message: string, outOfMemory: boolean): EngineError {
  return new EngineError(outOfMemory ? 'out_of_memory' : 'internal', message, true);
}

function crashed(error: Error): EngineError {
  const outOfMemory = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
  const message = `the drawing thread crashed: ${error.message}`;
  return new EngineError(outOfMemory ? 'out_of_memory' : 'internal', message, true, { cause: error });
}
