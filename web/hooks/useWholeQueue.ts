import { useCallback, useEffect, useRef, useState } from 'react';
import type { DarkroomApi } from '../../src/client/client.ts';
import type { Job } from '../../src/projections/model.ts';
import { useToasts } from '../stores/toastStore.ts';
import { useDarkroom } from './useDarkroom.ts';

export interface WholeQueue {
  /** One page of those that wait, in the queue's order. */
  readonly waiting: readonly Job[];
  /** Longest first. */
  readonly running: readonly Job[];
}

/** A longer list than this is nothing that one could look over. */
const pageSize = 100;
/** Changes come in bursts: one look is enough for all that come within. */
const atMostEvery = 1_000;
const anyhowEvery = 5_000;

const allRunning = async (api: DarkroomApi): Promise<Job[]> => {
  const jobs: Job[] = [];
  let cursor: string | null = null;
  do {
    const from: { cursor?: string } = cursor === null ? {} : { cursor };
    const { items, nextCursor } = await api.jobs({ status: 'running', all: true, ...from });
    jobs.push(...items);
    cursor = nextCursor;
  } while (cursor !== null);
  return jobs;
};

/** Null at the end that has no more pages. */
type Turn = (() => void) | null;

/**
 * Everyone's jobs that wait, a page at a time, or are drawn, for an operator; null before the first answer. It is
 * read again when the queue moves, and now and then, for how far a drawing is doesn't move it. How the engines are
 * and who paused it goes to where the cards look for it, too.
 */
export const useWholeQueue = (): {
  readonly whole: WholeQueue | null;
  readonly look: () => void;
  readonly previous: Turn;
  readonly next: Turn;
} => {
  const { client, queue, jobs: store } = useDarkroom();
  const problem = useToasts((state) => state.problem);
  const [whole, setWhole] = useState<WholeQueue | null>(null);
  const [looks, setLooks] = useState(0);
  /** Behind which the page shown begins, after those before it; the first begins at the front. */
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const [nextCursor, setNextCursor] = useState<string | null>(null);
  const cursor = cursors.at(-1);
  const told = useRef(false);
  const look = useCallback(() => setLooks((count) => count + 1), []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `looks` asks once more
  useEffect(() => {
    let shown = true;
    const { api } = client;
    const page = { limit: pageSize, ...(cursor === undefined ? {} : { cursor }) };
    Promise.all([api.waitingJobs(page), allRunning(api), api.engines(), api.queueNow()])
      .then(([waiting, running, engines, queueNow]) => {
        if (!shown) return;
        told.current = false;
        store.setState({ engines, queueNow });
        setNextCursor(waiting.nextCursor);
        setWhole({
          waiting: waiting.items,
          running: running.sort((a, b) => ((a.startedAt ?? '') < (b.startedAt ?? '') ? -1 : 1)),
        });
        // The queue has become shorter than where this page began.
        if (cursor !== undefined && waiting.items.length === 0) setCursors([]);
      })
      .catch((error: unknown) => {
        if (shown && !told.current) problem(error, 'The queue could not be read');
        told.current = true;
      });
    return () => {
      shown = false;
    };
  }, [client, store, problem, looks, cursor]);

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

  return {
    whole,
    look,
    previous: cursor === undefined ? null : () => setCursors(cursors.slice(0, -1)),
    next: nextCursor === null ? null : () => setCursors([...cursors, nextCursor]),
  };
};
