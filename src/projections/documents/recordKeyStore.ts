import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { type KeptKey, type KeyStore, secretBytes } from '../../events/log/encryption/keyStore.ts';
import type { DocumentStore } from './documentStore.ts';

const kind = 'key';
/** `secret` in base64; null once it was destroyed. */
const record = z.object({ generation: z.int().min(1), secret: z.base64().nullable() });

/**
 * Keys as records of a document store, for processes of several machines: a database of its own, for the
 * documents may be dropped and built again, and keys may not.
 */
export const recordKeyStore = (
  store: Pick<DocumentStore, 'readRecord' | 'writeRecord' | 'close'>,
): KeyStore => {
  const read = async (person: string): Promise<{ kept: KeptKey; version: number } | null> => {
    const found = await store.readRecord(kind, person);
    if (found === null) return null;
    const { generation, secret } = record.parse(found.value);
    const kept = { generation, secret: secret === null ? null : Buffer.from(secret, 'base64') };
    return { kept, version: found.version };
  };
  return {
    newest: async (person) => (await read(person))?.kept ?? null,
    async obtain(person) {
      for (;;) {
        const found = await read(person);
        if (found !== null && found.kept.secret !== null)
          return { generation: found.kept.generation, secret: found.kept.secret };
        const generation = (found?.kept.generation ?? 0) + 1;
        const secret = randomBytes(secretBytes).toString('base64');
        await store.writeRecord(kind, person, found?.version ?? null, { generation, secret });
      }
    },
    async destroy(person) {
      for (;;) {
        const found = await read(person);
        if (found === null || found.kept.secret === null) return false;
        const { generation } = found.kept;
        const destroyed = await store.writeRecord(kind, person, found.version, { generation, secret: null });
        if (destroyed === 'written') return true;
      }
    },
    close: () => store.close(),
  };
};
