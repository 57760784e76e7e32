import type { DarkroomApi } from '../../src/client/client.ts';
import type { ImageJobsStore } from './imageJobsStore.ts';

const every = 5_000;

/**
 * Asks how the engines are while one of the known jobs waits, for that is when it matters; no scope tells
 * of engines. Where there is no answer the last one stands: that the server is out of reach is told elsewhere.
 */
export const followEngines = (store: ImageJobsStore, api: Pick<DarkroomApi, 'engines'>): (() => void) => {
  let stopped = false;
  let asking = false;
  const isSomebodyWaiting = (): boolean =>
    [...store.getState().jobs.values()].some(({ image }) => image.status === 'queued');
  const ask = async (): Promise<void> => {
    if (asking || !isSomebodyWaiting()) return;
    asking = true;
    try {
      const engines = await api.engines();
      if (!stopped) store.setState({ engines });
    } catch (cause) {
      console.warn('How the image engines are could not be asked.', cause);
    } finally {
      asking = false;
    }
  };
  const timer = setInterval(ask, every);
  void ask();
  return () => {
    stopped = true;
    clearInterval(timer);
  };
};
