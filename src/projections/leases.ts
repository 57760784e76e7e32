import { setTimeout as delay } from 'node:timers/promises';
import { v7 } from 'uuid';
import { z } from 'zod';
import type { DocumentStore, Lease } from './documents/documentStore.ts';
import { hasEnded, type Instance, instance, thisInstance } from './instance.ts';

/*
 * Of many processes one writes a projection. Its lease is a record that the holder changes every other
 * second, and that the others look at every second:
 *
 *   nobody's ──take──▶ held ──beat──▶ held ──hand back──▶ nobody's
 *                       │
 *                       └── no beat for 6 s of the looker's own clock, or its process is known to have
 *                           ended ──take──▶ held by the looker, under a higher fence
 *
 * Every change names the version that was read, so of two that take exactly one does, and a holder that
 * was paused learns at its next beat that it is one no longer. What it may have been writing meanwhile
 * the store refuses by the fence. Clocks of two machines are never compared, and a looker that was
 * paused itself reads a version that it hasn't seen before it counts any silence.
 */

const kind = 'lease';

/** Several may be kept in one process: `key` is of one `keepLeases`. */
const kept = z.object({ holder: instance.extend({ key: z.string() }).nullable(), fence: z.int() });
type Kept = z.infer<typeof kept>;

/** Who holds a lease, as far as is known from here: one that is known to have ended is nobody. */
export const readHolder = async (
  documents: Pick<DocumentStore, 'readRecord'>,
  name: string,
): Promise<Instance | null> => {
  const record = await documents.readRecord(kind, name);
  const holder = record === null ? null : kept.parse(record.value).holder;
  if (holder === null || hasEnded(holder, thisInstance)) return null;
  const { id, host, pid } = holder;
  return { id, host, pid };
};

export interface LeaseTimes {
  readonly lookMs: number;
  /** From one beat to the next; a multiple of `lookMs`. */
  readonly beatMs: number;
  /** So long without a beat, and the lease may be taken. */
  readonly silenceMs: number;
}

/** After the death of a holder on another machine: 6 s of silence, and a second each to see and to take. */
export const usualTimes: LeaseTimes = { lookMs: 1_000, beatMs: 2_000, silenceMs: 6_000 };

/**
 * Whether somebody keeps one of these leases at this moment: its record changes, so that also a holder on another
 * machine is told from one that died there. It takes as long as the pause between two beats where none does.
 */
export const isBeating = async (
  documents: Pick<DocumentStore, 'readRecord'>,
  names: readonly string[],
): Promise<boolean> => {
  const versions = async () => {
    const held: (readonly [string, number])[] = [];
    for (const name of names) {
      const record = await documents.readRecord(kind, name);
      if (record !== null && (await readHolder(documents, name)) !== null) held.push([name, record.version]);
    }
    return new Map(held);
  };
  const before = await versions();
  if (before.size === 0) return false;
  await delay(usualTimes.beatMs + 2 * usualTimes.lookMs);
  return [...(await versions())].some(([name, version]) => before.get(name) !== version);
};

export interface LeaseParts {
  readonly documents: Pick<DocumentStore, 'readRecord' | 'writeRecord'>;
  readonly names: readonly string[];
  readonly own: Instance;
  readonly clock: () => number;
  readonly times?: LeaseTimes;
  /** The store couldn't be asked; it is asked again. */
  readonly onTrouble: (cause: unknown) => void;
}

export interface Leases {
  held(): readonly Lease[];
  /** Aborted when something was taken or lost since this was asked. */
  change(): AbortSignal;
  /**
   * To be called when the store has refused a write: looks whether what is held is held still, and if so
   * raises its fence, for the store knows a higher one (from before the leases were lost or restored).
   */
  renew(): Promise<void>;
  /** Hands back what is held. */
  stop(): Promise<void>;
}

/** What this process knows of one lease. */
interface Seen {
  /** Null: held by somebody else, or nobody. */
  fence: number | null;
  /** Null: no record. */
  version: number | null;
  /** When this version was first seen, or made, by the own clock. */
  since: number;
}

/** Takes what nobody else holds, now and whenever it becomes free, until it is stopped. */
export const keepLeases = async (parts: LeaseParts): Promise<Leases> => {
  const { documents, names, own, clock, onTrouble } = parts;
  const { lookMs, beatMs, silenceMs } = parts.times ?? usualTimes;
  const self = { ...own, key: v7() };
  const end = new AbortController();
  const leases = new Map(
    names.map((name): [string, Seen] => [name, { fence: null, version: null, since: 0 }]),
  );
  let changing = new AbortController();

  /** False where somebody else has changed it. */
  const write = async (name: string, seen: Seen, value: Kept): Promise<boolean> => {
    if ((await documents.writeRecord(kind, name, seen.version, value)) === 'conflict') return false;
    seen.version = (seen.version ?? 0) + 1;
    seen.since = clock();
    return true;
  };

  const tryToTake = async (name: string, seen: Seen): Promise<void> => {
    const record = await documents.readRecord(kind, name);
    if ((record?.version ?? null) !== seen.version) {
      seen.version = record?.version ?? null;
      seen.since = clock();
    }
    const { holder, fence } = record === null ? { holder: null, fence: 0 } : kept.parse(record.value);
    // Our own change, of which the answer was lost.
    if (holder?.key === self.key) seen.fence = fence;
    else if (holder === null || hasEnded(holder, own) || clock() - seen.since >= silenceMs)
      if (await write(name, seen, { holder: self, fence: fence + 1 })) seen.fence = fence + 1;
  };

  const beat = async (name: string, seen: Seen, fence: number): Promise<void> => {
    if (await write(name, seen, { holder: self, fence })) seen.fence = fence;
    else {
      seen.fence = null;
      await tryToTake(name, seen);
    }
  };

  const visit = async (name: string, seen: Seen, raise: boolean): Promise<void> => {
    try {
      if (seen.fence === null) await tryToTake(name, seen);
      else if (raise) await beat(name, seen, seen.fence + 1);
      else if (clock() - seen.since >= beatMs) await beat(name, seen, seen.fence);
    } catch (cause) {
      onTrouble(cause);
    }
  };

  const held = (): readonly Lease[] =>
    [...leases].flatMap(([name, { fence }]) => (fence === null ? [] : [{ name, fence }]));
  const fences = (): string =>
    held()
      .map(({ name, fence }) => `${name} ${fence}`)
      .join();

  const lookAtAll = async (raise: boolean): Promise<void> => {
    const before = fences();
    await Promise.all([...leases].map(([name, seen]) => visit(name, seen, raise)));
    if (fences() === before) return;
    changing.abort();
    changing = new AbortController();
  };

  // One look after the other, for each goes by what the last has seen.
  let looking: Promise<void> = Promise.resolve();
  const look = (raise: boolean): Promise<void> => {
    looking = looking.then(() => lookAtAll(raise));
    return looking;
  };

  const keep = async (): Promise<void> => {
    while (!end.signal.aborted) {
      await look(false);
      await delay(lookMs, undefined, { signal: end.signal }).catch(() => undefined);
    }
  };

  await look(false);
  const keeping = keep();

  const handBack = async ([name, seen]: readonly [string, Seen]): Promise<void> => {
    const { fence } = seen;
    if (fence === null) return;
    seen.fence = null;
    // Where it fails, the others see the silence.
    await write(name, seen, { holder: null, fence }).catch(onTrouble);
  };

  return {
    held,
    change: () => changing.signal,
    renew: () => look(true),
    async stop() {
      end.abort();
      await keeping;
      await Promise.all([...leases].map(handBack));
    },
  };
};
