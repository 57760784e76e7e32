import { createHash, randomBytes } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, unlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type KeptKey, type KeyStore, KeyStoreUnavailable, type PersonKey, secretBytes } from './keyStore.ts';

/*
 * A folder a person, named by the SHA-256 of their id, for ids hold what file names can't. In it a file a
 * key, `1.key`, and beside it, once that is destroyed, `1.erased`. The mark is made first and the key removed
 * then: a crash between leaves a key that counts as destroyed, and destroying it again removes it.
 */

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

const syncFolder = async (path: string): Promise<void> => {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Written whole beside its place, then linked there: of two that do it at once one's file is that of both. */
const writeOnce = async (folder: string, name: string, content: Uint8Array): Promise<void> => {
  const draft = join(folder, `${name}.${process.pid}.${randomBytes(6).toString('hex')}.draft`);
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  try {
    await link(draft, join(folder, name));
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    await unlink(draft);
  }
  await syncFolder(folder);
};

const removeIfThere = async (file: string): Promise<void> => {
  try {
    await unlink(file);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
};

const namesIn = async (folder: string): Promise<readonly string[]> => {
  try {
    return await readdir(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
};

const newestIn = async (folder: string): Promise<KeptKey | null> => {
  const names = await namesIn(folder);
  const generations = names.flatMap((name) => /^(\d+)\.(?:key|erased)$/.exec(name)?.[1] ?? []).map(Number);
  if (generations.length === 0) return null;
  const generation = Math.max(...generations);
  if (names.includes(`${generation}.erased`)) return { generation, secret: null };
  try {
    const secret = await readFile(join(folder, `${generation}.key`));
    if (secret.length === secretBytes) return { generation, secret };
  } catch (error) {
    // It was destroyed since the folder was looked into.
    if (codeOf(error) === 'ENOENT') return { generation, secret: null };
    throw error;
  }
  throw new KeyStoreUnavailable(
    `The key ${generation}.key in ${folder} is damaged: it must be ${secretBytes} bytes. Restore it from a backup of the keys.`,
  );
};

/** The keys in files of a folder, for processes that share its file system. */
export const openFolderKeyStore = async (path: string): Promise<KeyStore> => {
  const root = resolve(path);
  const folderOf = (person: string): string => {
    const name = createHash('sha256').update(person).digest('hex');
    return join(root, name.slice(0, 2), name);
  };
  const explained = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (cause) {
      if (cause instanceof KeyStoreUnavailable) throw cause;
      throw new KeyStoreUnavailable(
        `The keys of personal data in ${root} can not be read or written (${String(codeOf(cause) ?? cause)}); give this process a folder there that it may write to, or set KEYS_URL.`,
        { cause },
      );
    }
  };
  const obtain = async (folder: string): Promise<PersonKey> => {
    for (;;) {
      const newest = await newestIn(folder);
      if (newest !== null && newest.secret !== null)
        return { generation: newest.generation, secret: newest.secret };
      if (newest === null) await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeOnce(folder, `${(newest?.generation ?? 0) + 1}.key`, randomBytes(secretBytes));
    }
  };
  const destroy = async (folder: string): Promise<boolean> => {
    const newest = await newestIn(folder);
    if (newest === null) return false;
    await writeOnce(folder, `${newest.generation}.erased`, new Uint8Array());
    await removeIfThere(join(folder, `${newest.generation}.key`));
    await syncFolder(folder);
    return newest.secret !== null;
  };

  await explained(() => mkdir(root, { recursive: true, mode: 0o700 }));
  return {
    newest: (person) => explained(() => newestIn(folderOf(person))),
    obtain: (person) => explained(() => obtain(folderOf(person))),
    destroy: (person) => explained(() => destroy(folderOf(person))),
    close: async () => undefined,
  };
};
