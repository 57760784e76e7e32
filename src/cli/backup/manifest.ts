import { createHash, hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { Refused } from '../refused.ts';

/*
 * What is written to be read again elsewhere, a backup or an export, is a folder of files and a manifest that
 * names each with its SHA-256. The manifest comes last and at once: a folder without one is not finished. It
 * vouches for itself too, so that no byte of the folder can change and not be found out. Whoever changes it
 * on purpose can make it anew; against that are the seals of the log.
 */

export const manifestName = 'manifest.json';

export const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits');

export const manifestFile = z.strictObject({
  /** Within the folder, with `/`. */
  path: z.string(),
  bytes: z.int().min(0),
  sha256,
});
export type ManifestFile = Readonly<z.infer<typeof manifestFile>>;

const textOf = (body: object): string => {
  const vouching = { ...body, sha256: hash('sha256', JSON.stringify(body)) };
  return `${JSON.stringify(vouching, null, 1)}\n`;
};

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

export const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

const canNotWrite: readonly unknown[] = ['ENOSPC', 'EDQUOT', 'EACCES', 'EPERM', 'EROFS', 'EEXIST', 'ENOTDIR'];

/** What the disk says of a file that is to be written, as a sentence. */
const orRefused = async <Result>(path: string, work: () => Promise<Result>): Promise<Result> => {
  try {
    return await work();
  } catch (cause) {
    const code = codeOf(cause);
    if (!canNotWrite.includes(code)) throw cause;
    throw new Refused(
      `${path} can not be written (${String(code)}); see to the room on that disk, and to its rights.`,
      { cause },
    );
  }
};

/** A file that is on the disk when `write` is done. @throws Refused where there is one already, unless it may be replaced */
export const writeFile = <Result>(
  path: string,
  flag: 'wx' | 'w',
  write: (file: FileHandle) => Promise<Result>,
): Promise<Result> =>
  orRefused(path, async () => {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(path, flag, 0o600);
    try {
      const result = await write(file);
      await file.sync();
      return result;
    } finally {
      await file.close();
    }
  });

/** The folder is finished with this. */
export const writeManifest = async (folder: string, body: object): Promise<void> => {
  const draft = join(folder, `${manifestName}.draft`);
  await writeFile(draft, 'w', (file) => file.writeFile(textOf(body)));
  await rename(draft, join(folder, manifestName));
  await syncFolder(folder);
};

/** @throws Refused where there is none, or it isn't as it was written */
export const readManifest = async <Manifest extends { readonly files: readonly ManifestFile[] }>(
  folder: string,
  schema: z.ZodType<Manifest>,
  what: string,
): Promise<Manifest> => {
  const path = join(folder, manifestName);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new Refused(
      `${folder} is no ${what}, or one that was not finished: there is no ${manifestName} to read in it (${String(codeOf(cause) ?? cause)}).`,
      { cause },
    );
  }
  try {
    const { sha256: _, ...body } = JSON.parse(text);
    if (textOf(body) === text) return schema.parse(body);
  } catch (cause) {
    throw new Refused(`${path} is damaged, or that of no ${what} that this release can read.`, { cause });
  }
  throw new Refused(`${path} is not as it was written; take another ${what}.`);
};

/** Copies what is read into a file that isn't there yet, makes its folder, and says what it was. */
export const copyHashed = async (from: string, to: string): Promise<Omit<ManifestFile, 'path'>> => {
  const source = createReadStream(from);
  try {
    return await writeFile(to, 'wx', async (file) => {
      const digest = createHash('sha256');
      let bytes = 0;
      for await (const chunk of source) {
        digest.update(chunk);
        bytes += chunk.length;
        await file.write(chunk);
      }
      return { bytes, sha256: digest.digest('hex') };
    });
  } finally {
    source.destroy();
  }
};

export const hashFile = async (path: string): Promise<Omit<ManifestFile, 'path'>> => {
  const digest = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path)) {
    digest.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: digest.digest('hex') };
};

/** Reads each file of the folder that the manifest names. @throws Refused that names the first that isn't as it was */
export const verifyFiles = async (
  folder: string,
  files: readonly ManifestFile[],
  onFile: (file: ManifestFile) => void = () => undefined,
): Promise<void> => {
  for (const file of files) {
    const path = join(folder, file.path);
    let found: Omit<ManifestFile, 'path'>;
    try {
      found = await hashFile(path);
    } catch (cause) {
      throw new Refused(
        `${path} can not be read (${String(codeOf(cause) ?? cause)}), though the manifest names it.`,
        { cause },
      );
    }
    if (found.bytes !== file.bytes || found.sha256 !== file.sha256)
      throw new Refused(
        `${path} is not as it was written: it has ${found.bytes} bytes with SHA-256 ${found.sha256}, and should have ${file.bytes} with ${file.sha256}.`,
      );
    onFile(file);
  }
};

/** Makes the folder, where a backup or an export is to be written. @throws Refused where something is in it */
export const takeEmptyFolder = async (folder: string, what: string): Promise<void> => {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if ((await readdir(folder)).length === 0) return;
  } catch (cause) {
    throw new Refused(`${folder} can not be made or read (${String(codeOf(cause) ?? cause)}).`, { cause });
  }
  throw new Refused(`${folder} is not empty; name a new folder for each ${what}.`);
};
