import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { DocumentStore } from '../projections/documents/documentStore.ts';
import { keepEngineHealth } from '../projections/engineHealth.ts';
import type { ReadModel } from '../projections/readModel.ts';
import type { Circuits } from './circuits.ts';
import type { ImageEngine } from './engines/imageEngine.ts';
import type { Running } from './imageWorker.ts';
import { isNotThere } from './verdict.ts';

type WatchedEngine = Pick<ImageEngine, 'name' | 'health'>;

export interface EngineWatchParts {
  readonly engines: readonly WatchedEngine[];
  readonly circuits: Pick<Circuits, 'of' | 'recover'>;
  readonly readModel: Pick<ReadModel, 'jobs'>;
  readonly now: () => Date;
}

/** How an engine was when it was last asked. */
export interface EngineLook {
  readonly name: string;
  readonly isWell: boolean;
  /** What was the matter. */
  readonly reason: string | null;
  /** Something answered at its address. */
  readonly isReachable: boolean;
}

/**
 * Asks each engine how it is, by a route that draws nothing. An open circuit past its time is closed where its engine
 * is well and no job waits: else it would look as if it rested until someone asks for a picture. While jobs
 * wait one of them tries the engine, for only drawing shows that it can draw.
 */
export const createEngineWatch =
  ({ engines, circuits, readModel, now }: EngineWatchParts) =>
  async (signal: AbortSignal): Promise<readonly EngineLook[]> => {
    const { items } = await readModel.jobs({ of: null, status: 'queued', limit: 1 });
    return Promise.all(
      engines.map(async ({ name, health }) => {
        try {
          await health(signal);
        } catch (cause) {
          const reason = cause instanceof Error ? cause.message : String(cause);
          return { name, isWell: false, isReachable: !isNotThere(cause), reason };
        }
        const circuit = await circuits.of(name);
        const isPast = circuit.status === 'open' && now() >= new Date(circuit.retryAt);
        if (isPast && items.length === 0) await circuits.recover(name);
        return { name, isWell: true, isReachable: true, reason: null };
      }),
    );
  };

const pauseMs = 30_000;

/** The last look; `isWell` is null before the first. */
type LastLook = Pick<EngineLook, 'name' | 'reason'> & { readonly isWell: boolean | null };

/**
 * Watches from where drawing is done: other processes need not reach the engines. What it finds is kept beside the
 * documents, for them to tell.
 */
export const startEngineWatch = (
  parts: EngineWatchParts & {
    readonly documents: Pick<DocumentStore, 'readRecord' | 'writeRecord'>;
    readonly logger: Logger;
  },
): Running & { health(): readonly LastLook[] } => {
  const look = createEngineWatch(parts);
  const end = new AbortController();
  let last: readonly LastLook[] = parts.engines.map(({ name }) => ({ name, isWell: null, reason: null }));

  const work = async (): Promise<void> => {
    while (!end.signal.aborted) {
      try {
        const found = await look(end.signal);
        if (end.signal.aborted) return;
        last = found;
        const checkedAt = parts.now().toISOString();
        for (const { name, ...health } of found)
          await keepEngineHealth(parts.documents, name, { ...health, checkedAt });
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
