import { randomBytes } from 'node:crypto';
import type { KeptKey, KeyStore } from '../../src/events/log/encryption/keyStore.ts';

/** Keys in memory, to be destroyed in no time. */
export const memoryKeyStore = (): KeyStore => {
  const kept = new Map<string, KeptKey>();
  return {
    newest: async (person) => kept.get(person) ?? null,
    async obtain(person) {
      const found = kept.get(person);
      if (found?.secret) return { generation: found.generation, secret: found.secret };
      const made = { generation: (found?.generation ?? 0) + 1, secret: randomBytes(32) };
      kept.set(person, made);
      return made;
    },
    async destroy(person) {
      const found = kept.get(person);
      if (!found?.secret) return false;
      kept.set(person, { generation: found.generation, secret: null });
      return true;
    },
    close: async () => undefined,
  };
};
