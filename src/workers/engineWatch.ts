import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { ReadModel } from '../projections/readModel.ts';
import type { Circuits } from './circuits.ts';
import type { ImageEngine } from './engines/imageEngine.ts';
import type { Running } from './imageWorker.ts';

type WatchedEngine = Pick<ImageEngine, 'name' | 'health'>;

export interface EngineWatchParts {
  readonly engines: readonly WatchedEngine[];
  readonly circuits: Pick<Circuits, 'of' | 'recover'>;
  readonly readModel: Pick<ReadModel, 'jobs'>;
  readonly now: () => Date;
}

/** How an engine was when it was last asked. */
export interface EngineHealth {
  readonly name: string;
  /** Null where it has not been asked yet. */
  readonly isWell: boolean | null;
  /** What was the matter. */
  readonly reason: string | null;
}

/**
 * Asks each engine how it is, by a route that draws nothing. An open circuit past its time is closed where its engine
 * is well and no job waits: else it would look as if it rested until someone asks for a picture. While jobs
 * wait one of them tries the engine, for only drawing shows that it can draw.
 */
export const createEngineWatch =
  ({ engines, circuits, readModel, now }: EngineWatchParts) =>
  async (signal: AbortSignal): Promise<readonly EngineHealth[]> => {
    const { items } = await readModel.jobs({ of: null, status: 'queued', limit: 1 });
    return Promise.all(
      engines.map(async ({ name, health }) => {
        try {
          await health(signal);
        } catch (cause) {
          return { name, isWell: false, reason: cause instanceof Error ? cause.message : String(cause) };
        }
        const circuit = await circuits.of(name);
        const isPast = circuit.status === 'open' && now() >= new Date(circuit.retryAt);
        if (isPast && items.length === 0) await circuits.recover(name);
        return { name, isWell: true, reason: null };
      }),
    );
  };

const pauseMs = 30_000;

/** Watches from where drawing is done: other processes need not reach the engines. */
export const startEngineWatch = (
  parts: EngineWatchParts & { readonly logger: Logger },
): Running & { health(): readonly EngineHealth[] } => {
  const look = createEngineWatch(parts);
  const end = new AbortController();
  let last: readonly EngineHealth[] = parts.engines.map(({ name }) => ({ name, isWell: null, reason: null }));

  const work = async (): Promise<void> => {
    while (!end.signal.aborted) {
      try {
        last = await look(end.signal);
      } catch (cause) {
        if (!end.signal.aborted)
          parts.logger.warn({ err: cause }, 'looking after the engines failed; trying again');
      }
      await delay(pauseMs, undefined, { signal: end.signal }).catch(() => undefined);
    }
  };
  const working = work();
  return {
    health: () => last,
    async stop() {
      end.abort();
      await working;
    },
  };
};
