import type { DarkroomApi } from '../../src/client/client.ts';
import type { ImageJobsState, ImageJobsStore } from './imageJobsStore.ts';

const every = 5_000;

const isSomebodyWaiting = ({ jobs }: ImageJobsState): boolean =>
  [...jobs.values()].some(({ image }) => image.status === 'queued');

/** While one of the known jobs waits, and until what held it up is over. */
const matters = (state: ImageJobsState): boolean =>
  state.queue.paused || state.engines.some(({ circuit }) => circuit !== 'closed') || isSomebodyWaiting(state);

/**
 * Asks for what no scope tells, when it matters: how the engines are, how fast pictures are drawn, who
 * paused the queue. Where there is no answer the last one stands: that the server is out of reach is told
 * elsewhere.
 */
export const followServer = (
  store: ImageJobsStore,
  api: Pick<DarkroomApi, 'engines' | 'queueNow'>,
): (() => void) => {
  let stopped = false;
  let asking = false;
  const ask = async (): Promise<void> => {
    if (asking || !matters(store.getState())) return;
    asking = true;
    try {
      const [engines, queueNow] = await Promise.all([api.engines(), api.queueNow()]);
      if (!stopped) store.setState({ engines, queueNow });
    } catch (cause) {
      console.warn('How the queue and the image engines are could not be asked.', cause);
    } finally {
      asking = false;
    }
  };
  const timer = setInterval(ask, every);
  const stopWatching = store.subscribe((state, before) => {
    if (state.queue.paused !== before.queue.paused) void ask();
  });
  void ask();
  return () => {
    stopped = true;
    stopWatching();
    clearInterval(timer);
  };
};
