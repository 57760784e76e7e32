/**
 * Pictures as files, for a server on one machine: `<folder>/ab/abcdef….png`, where the name is the SHA-256
 * of the bytes and the two letters keep each directory small.
 *
 * A picture appears whole or not at all: the bytes are written to a temporary file beside the place they
 * are meant for, synced, renamed over it, and the directory is synced. After a crash
 *   before the rename: a temporary file is left, which no id leads to; it is removed at the next opening
 *                      once it is an hour old (a younger one may be another process's work);
 *   after the rename:  the picture is there, whole; its bytes were on the disk before it had its name.
 * Two processes that put the same picture both rename the same bytes to the same name: either order is right.
 *
 * The time of a file is when its picture was last put. Collecting an old one takes it aside by a rename first, and
 * only then looks whether it was put just before: if so it is moved back, for a put has relied on it. A put that
 * comes later finds nothing and writes anew. After a crash in between, the next opening or listing moves it back.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ImageContentType,
  type ImageStore,
  ImageStoreUnavailable,
  type StoredImage,
} from '../imageStore.ts';

const extensions: Readonly<Record<ImageContentType, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/webp': 'webp',
};
const contentTypes = Object.keys(extensions) as ImageContentType[];

const leftoverAgeMs = 60 * 60 * 1000;

export async function openFolderImageStore(folder: string): Promise<ImageStore> {
  await orUnavailable(`the image folder ${folder} can't be used`, async () => {
    await mkdir(folder, { recursive: true });
    await tidy(folder);
  });
  return {
    put: (bytes, contentType) =>
      orUnavailable('the picture could not be stored', () => put(folder, bytes, contentType)),
    get: (imageId) => orUnavailable(`the picture ${imageId} could not be read`, () => get(folder, imageId)),
    remove: (imageId) =>
      orUnavailable(`the picture ${imageId} could not be removed`, () => remove(folder, imageId)),
    storedBefore: (time) => storedBefore(folder, time),
    collect: (imageId, time) =>
      orUnavailable(`the picture ${imageId} could not be removed`, () => collect(folder, imageId, time)),
  };
}

async function put(folder: string, bytes: Uint8Array, contentType: ImageContentType): Promise<StoredImage> {
  const imageId = createHash('sha256').update(bytes).digest('hex');
  const stored = await find(folder, imageId);
  // The bytes say what they are; the type they were first stored under stays.
  if (stored !== null && (await renewed(stored.path)))
    return { imageId, contentType: stored.contentType, size: bytes.length };
  const shard = shardOf(folder, imageId);
  const made = await mkdir(shard, { recursive: true });
  if (made !== undefined) await syncDirectory(folder);
  const temporary = join(shard, `.${imageId}.${randomUUID()}.part`);
  try {
    await writeSynced(temporary, bytes);
    await rename(temporary, pathOf(folder, imageId, contentType));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncDirectory(shard);
  return { imageId, contentType, size: bytes.length };
}

async function get(folder: string, imageId: string): Promise<Awaited<ReturnType<ImageStore['get']>>> {
  const stored = await find(folder, imageId);
  if (stored === null) return null;
  const bytes = await unlessMissing(readFile(stored.path));
  return bytes === null ? null : { imageId, contentType: stored.contentType, size: bytes.length, bytes };
}

async function remove(folder: string, imageId: string): Promise<void> {
  if (!isImageId(imageId)) return;
  await Promise.all(
    contentTypes.map((contentType) => rm(pathOf(folder, imageId, contentType), { force: true })),
  );
}

/** False where it was taken away in this moment. */
const renewed = async (path: string): Promise<boolean> => {
  const now = new Date();
  return (await unlessMissing(utimes(path, now, now).then(() => true))) ?? false;
};

async function* storedBefore(folder: string, time: Date): AsyncGenerator<string> {
  const listed = <T>(reading: Promise<T>) =>
    orUnavailable(`the pictures in ${folder} could not be listed`, () => reading);
  for (const shard of await listed(shardsOf(folder)))
    for (const name of await listed(readdir(join(folder, shard)))) {
      await listed(moveBackAside(join(folder, shard), name));
      const imageId = name.slice(0, 64);
      if (!isImageId(imageId)) continue;
      const found = await listed(unlessMissing(stat(join(folder, shard, name))));
      if (found !== null && found.mtimeMs < time.getTime()) yield imageId;
    }
}

async function collect(folder: string, imageId: string, time: Date): Promise<boolean> {
  const stored = await find(folder, imageId);
  if (stored === null || !(await isOlder(stored.path, time))) return false;
  const aside = `${join(shardOf(folder, imageId), `.${imageId}.${extensions[stored.contentType]}`)}${asideMark}`;
  if ((await unlessMissing(rename(stored.path, aside).then(() => true))) === null) return false;
  if (await isOlder(aside, time)) {
    await rm(aside, { force: true });
    return true;
  }
  await moveBack(aside, stored.path);
  return false;
}

const asideMark = '.aside';

const isOlder = async (path: string, time: Date): Promise<boolean> => {
  const found = await unlessMissing(stat(path));
  return found !== null && found.mtimeMs < time.getTime();
};

/** As one that was put now: else whoever relies on it could lose it to the next who collects. */
const moveBack = async (aside: string, path: string): Promise<void> => {
  if (await renewed(aside)) await unlessMissing(rename(aside, path));
};

/** A picture that a crash left aside is moved back. */
const moveBackAside = async (shard: string, name: string): Promise<void> => {
  if (/^\.[0-9a-f]{64}\..+\.aside$/.test(name))
    await moveBack(join(shard, name), join(shard, name.slice(1, -asideMark.length)));
};

/** The one file of this id, under whichever type it was stored. */
async function find(
  folder: string,
  imageId: string,
): Promise<{ readonly path: string; readonly contentType: ImageContentType } | null> {
  if (!isImageId(imageId)) return null;
  for (const contentType of contentTypes) {
    const path = pathOf(folder, imageId, contentType);
    const there = await unlessMissing(stat(path));
    if (there?.isFile()) return { path, contentType };
  }
  return null;
}

/** Nothing becomes part of a path that isn't exactly 64 small hexadecimal digits. */
const isImageId = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);

const shardOf = (folder: string, imageId: string): string => join(folder, imageId.slice(0, 2));

const pathOf = (folder: string, imageId: string, contentType: ImageContentType): string =>
  join(shardOf(folder, imageId), `${imageId}.${extensions[contentType]}`);

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o640);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A rename is durable once its directory is. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

const shardsOf = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory() && /^[0-9a-f]{2}$/.test(entry.name))
    .map(({ name }) => name);

/** What crashes have left: half a picture is removed, one that was taken aside is moved back. */
async function tidy(folder: string): Promise<void> {
  for (const shard of await shardsOf(folder))
    for (const name of await readdir(join(folder, shard))) {
      await moveBackAside(join(folder, shard), name);
      if (!/^\.[0-9a-f]{64}\..+\.part$/.test(name)) continue;
      const path = join(folder, shard, name);
      const found = await unlessMissing(stat(path));
      if (found !== null && Date.now() - found.mtimeMs > leftoverAgeMs) await rm(path, { force: true });
    }
}

/** Null where the file isn't there (any more): another process may remove it at any time. */
async function unlessMissing<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

const remedies: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; free some space',
  EDQUOT: 'the disk quota is used up; free some space or raise it',
  EACCES: 'the server may not write there; check the owner and the mode of the folder',
  EPERM: 'the server may not write there; check the owner and the mode of the folder',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EEXIST: 'a file stands where the folder should be',
  EMFILE: 'the server has too many files open; raise its limit',
  ENOENT: 'the folder was removed while the server ran; restart it',
};

async function orUnavailable<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = codeOf(error);
    const remedy = remedies[code] ?? (error instanceof Error ? error.message : String(error));
    throw new ImageStoreUnavailable(`${what}: ${remedy}${code === '' ? '' : ` (${code})`}`, { cause: error });
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
