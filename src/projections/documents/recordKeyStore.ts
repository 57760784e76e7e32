import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import {
  type KeptKey,
  type KeyStore,
  KeyStoreUnavailable,
  secretBytes,
} from '../../events/log/encryption/keyStore.ts';
import { type DocumentStore, DocumentStoreUnavailable, DocumentStoreUnopenable } from './documentStore.ts';

const kind = 'key';
/** `secret` in base64; null once it was destroyed. */
const record = z.object({ generation: z.int().min(1), secret: z.base64().nullable() });

/** A problem of the store that the keys lie in, told of the keys, with the setting that names them. */
export const ofKeys = (cause: unknown): unknown =>
  cause instanceof DocumentStoreUnavailable || cause instanceof DocumentStoreUnopenable
    ? new KeyStoreUnavailable(
        `${cause.message
          .replaceAll('The document store', 'The store of the keys of personal data')
          .replaceAll(
            'DOCUMENTS_URL',
            'KEYS_URL',
          )} KEYS_URL names it; where that is not set, it is the database beside that of DOCUMENTS_URL whose name ends in _keys.`,
        { cause },
      )
    : cause;

const told = async <Result>(work: () => Promise<Result>): Promise<Result> => {
  try {
    return await work();
  } catch (cause) {
    throw ofKeys(cause);
  }
};

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
    newest: (person) => told(async () => (await read(person))?.kept ?? null),
    obtain: (person) =>
      told(async () => {
        for (;;) {
          const found = await read(person);
          if (found !== null && found.kept.secret !== null)
            return { generation: found.kept.generation, secret: found.kept.secret };
          const generation = (found?.kept.generation ?? 0) + 1;
          const secret = randomBytes(secretBytes).toString('base64');
          await store.writeRecord(kind, person, found?.version ?? null, { generation, secret });
        }
      }),
    destroy: (person) =>
      told(async () => {
        for (;;) {
          const found = await read(person);
          if (found === null || found.kept.secret === null) return false;
          const { generation } = found.kept;
          const without = { generation, secret: null };
          if ((await store.writeRecord(kind, person, found.version, without)) === 'written') return true;
        }
      }),
    close: () => store.close(),
  };
};
