import type { Operations } from './serveThread.ts';
import { type Thread, ThreadError } from './thread.ts';

/** A thread that is started again, when next called, after it crashed. */
export type KeptThread<Ops extends Operations> = Pick<Thread<Ops>, 'call' | 'stop'>;

/** `start` starts the thread and has it open what it works on; the first time failing is the caller's. */
export const keepThread = async <Ops extends Operations>(
  start: () => Promise<Thread<Ops>>,
): Promise<KeptThread<Ops>> => {
  let current = await start();
  let restart: Promise<Thread<Ops>> | undefined;
  let stopped = false;

  const startAgain = async (): Promise<Thread<Ops>> => {
    try {
      current = await start();
      return current;
    } finally {
      restart = undefined;
    }
  };
  const running = async (): Promise<Thread<Ops>> => {
    if (stopped) throw new ThreadError('thread_ended', 'the thread was stopped');
    if (current.isRunning) return current;
    restart ??= startAgain();
    return restart;
  };

  return {
    call: (name, ...request) => running().then((thread) => thread.call(name, ...request)),
    stop: async () => {
      stopped = true;
      await current.stop();
    },
  };
};
