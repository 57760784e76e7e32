import { createSecretKey, type KeyObject } from 'node:crypto';
import type { KeptKey, KeyStore } from './keyStore.ts';

/** What is encrypted with this key can't be read, though nobody erased it: to go on would lose it. */
export class KeyMissing extends Error {
  readonly code = 'key_missing';
  constructor(person: string, generation: number) {
    super(
      `Key ${generation} of "${person}", which the event log needs, is not in the key store; KEYS_URL must name the store that the log was written with.`,
    );
    this.name = 'KeyMissing';
  }
}

interface HeldKey {
  readonly generation: number;
  /** Null: destroyed. */
  readonly key: KeyObject | null;
  /** By the own clock. */
  readonly until: number;
}

/** So many people's keys are held before all are forgotten: then each costs one look more. */
const mostHeld = 10_000;

/** What is destroyed by another process is forgotten after this long at the latest, whatever is heard of it. */
export const heldMs = 10_000;

export interface KeyRing {
  /** The key to encrypt with. */
  forSealing(person: string): Promise<{ readonly generation: number; readonly key: KeyObject }>;
  /** Null where it was destroyed. @throws KeyMissing */
  forOpening(person: string, generation: number): Promise<KeyObject | null>;
  /** The same where nothing needs to be looked up for it; undefined where it does. */
  held(person: string, generation: number): KeyObject | null | undefined;
  forget(person: string): void;
  close(): Promise<void>;
}

/** Keys at hand, so that not every event costs a look into their store. */
export const createKeyRing = (store: KeyStore, clock: () => number): KeyRing => {
  const ring = new Map<string, HeldKey>();

  const hold = (person: string, { generation, secret }: KeptKey): HeldKey => {
    if (ring.size >= mostHeld) ring.clear();
    const key = secret === null ? null : createSecretKey(secret);
    const held = { generation, key, until: clock() + heldMs };
    ring.set(person, held);
    return held;
  };
  const find = (person: string): HeldKey | undefined => {
    const found = ring.get(person);
    return found !== undefined && found.until > clock() ? found : undefined;
  };
  /** A generation is made only after all before it were destroyed. */
  const held = (person: string, generation: number): KeyObject | null | undefined => {
    const found = find(person);
    if (found === undefined || found.generation < generation) return undefined;
    return found.generation === generation ? found.key : null;
  };

  return {
    held,
    async forSealing(person) {
      const found = find(person);
      if (found?.key) return { generation: found.generation, key: found.key };
      const kept = await store.obtain(person);
      hold(person, kept);
      return { generation: kept.generation, key: createSecretKey(kept.secret) };
    },
    async forOpening(person, generation) {
      const known = held(person, generation);
      if (known !== undefined) return known;
      const kept = await store.newest(person);
      if (kept !== null) hold(person, kept);
      const found = held(person, generation);
      if (found === undefined) throw new KeyMissing(person, generation);
      return found;
    },
    forget: (person) => {
      ring.delete(person);
    },
    close: () => store.close(),
  };
};
