import { useCallback, useEffect, useRef, useState } from 'react';
import type { DarkroomApi } from '../../src/client/client.ts';
import type { Job, JobStatus } from '../../src/projections/model.ts';
import { useToasts } from '../stores/toastStore.ts';
import { useDarkroom } from './useDarkroom.ts';

export interface WholeQueue {
  /** In the queue's order. */
  readonly waiting: readonly Job[];
  /** Longest first. */
  readonly running: readonly Job[];
}

/** Of a longer queue the last to come are shown; the counts tell of all. */
const mostPages = 5;
/** Changes come in bursts: one look is enough for all that come within. */
const atMostEvery = 1_000;
const anyhowEvery = 5_000;

const everyones = async (api: DarkroomApi, status: JobStatus): Promise<Job[]> => {
  const jobs: Job[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < mostPages; page += 1) {
    const { items, nextCursor } = await api.jobs({
      ...{ status, all: true },
      ...(cursor === null ? {} : { cursor }),
    });
    jobs.push(...items);
    if (nextCursor === null) break;
    cursor = nextCursor;
  }
  return jobs;
};

/**
 * Everyone's jobs that wait or are drawn, for an operator; null before the first answer. It is read again
 * when the queue moves, and now and then, for how far a drawing is doesn't move it. How the engines are
 * and who paused it goes to where the cards look for it, too.
 */
export const useWholeQueue = (): { readonly whole: WholeQueue | null; readonly look: () => void } => {
  const { client, queue, jobs: store } = useDarkroom();
  const problem = useToasts((state) => state.problem);
  const [whole, setWhole] = useState<WholeQueue | null>(null);
  const [looks, setLooks] = useState(0);
  const told = useRef(false);
  const look = useCallback(() => setLooks((count) => count + 1), []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `looks` asks once more
  useEffect(() => {
    let shown = true;
    const { api } = client;
    Promise.all([everyones(api, 'queued'), everyones(api, 'running'), api.engines(), api.queueNow()])
      .then(([waiting, running, engines, queueNow]) => {
        if (!shown) return;
        told.current = false;
        store.setState({ engines, queueNow });
        setWhole({
          waiting: waiting.sort((a, b) => (a.place ?? 0) - (b.place ?? 0)),
          running: running.sort((a, b) => ((a.startedAt ?? '') < (b.startedAt ?? '') ? -1 : 1)),
        });
      })
      .catch((error: unknown) => {
        if (shown && !told.current) problem(error, 'The queue could not be read');
        told.current = true;
      });
    return () => {
      shown = false;
    };
  }, [client, store, problem, looks]);

  useEffect(() => {
    let due: ReturnType<typeof setTimeout> | null = null;
    const stop = queue.on('change', () => {
      due ??= setTimeout(() => {
        due = null;
        look();
      }, atMostEvery);
    });
    const timer = setInterval(look, anyhowEvery);
    return () => {
      stop();
      clearInterval(timer);
      if (due !== null) clearTimeout(due);
    };
  }, [queue, look]);

  return { whole, look };
};
