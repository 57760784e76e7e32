import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogId, Position } from '../../events/ids.ts';
import { keyFiles, markOf } from '../../events/log/encryption/keyFiles.ts';
import { openSqliteEventLog } from '../../events/log/sqlite/sqliteEventLog.ts';
import { pictureFiles } from '../../images/folder/pictureFiles.ts';
import { copyDatabase, intoOneFile } from '../../sqlite/copyDatabase.ts';
import {
  type BackupManifest,
  documentsName,
  eventsName,
  imagesPrefix,
  type KeysManifest,
} from './backupFormat.ts';
import { copyHashed, hashFile, type ManifestFile, takeEmptyFolder, writeManifest } from './manifest.ts';

/*
 * What is copied while the server runs, each as of a moment of its own, in the order in which nothing of it
 * refers to what came later:
 *
 *   documents ──▶ event log ──▶ pictures ──▶ keys ──▶ manifest
 *
 * Documents are projected from events that the log's copy has; a picture, and a key, are there before the log
 * has the event that needs them.
 */

export interface BackupParts {
  readonly folder: string;
  readonly events: string;
  /** Null: documents stay out of it, and are projected anew. */
  readonly documents: string | null;
  readonly images: string;
  /** Null: they are not copied. */
  readonly keys: { readonly from: string; readonly to: string } | null;
  readonly now: () => Date;
  readonly onProgress: (what: string) => void;
}

export interface Backup {
  readonly manifest: BackupManifest;
  /** Pictures whose bytes are not what their names say: they stay out of it. */
  readonly damaged: readonly string[];
  /** How many keys were copied; null where none were to be. */
  readonly keys: number | null;
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

const percent = (pages: number, of: number): string => `${of === 0 ? 0 : Math.floor((100 * pages) / of)} %`;

const copyFile = async ({ folder, onProgress }: BackupParts, from: string, path: string) => {
  const to = join(folder, path);
  await copyDatabase(from, to, ({ pages, of }) => onProgress(`${path}: ${percent(pages, of)}`));
  return to;
};

/** What the copy is called, and how far it goes. */
const identify = async (copy: string): Promise<{ readonly logId: LogId; readonly through: Position }> => {
  const log = await openSqliteEventLog(copy);
  try {
    return { logId: log.logId, through: await log.head() };
  } finally {
    await log.close();
    intoOneFile(copy);
  }
};

/** Null where it was removed since it was listed. */
const copyUnlessGone = async (from: string, to: string): Promise<Omit<ManifestFile, 'path'> | null> => {
  try {
    return await copyHashed(from, to);
  } catch (cause) {
    if (isMissing(cause)) return null;
    throw cause;
  }
};

const copyPictures = async ({ folder, images, onProgress }: BackupParts) => {
  const files: ManifestFile[] = [];
  const damaged: string[] = [];
  for await (const { path, sha256 } of pictureFiles(images)) {
    const to = join(folder, imagesPrefix, path);
    const copied = await copyUnlessGone(join(images, path), to);
    if (copied !== null && copied.sha256 !== sha256) damaged.push(join(images, path));
    if (copied?.sha256 === sha256) files.push({ path: `${imagesPrefix}${path}`, ...copied });
    else await rm(to, { force: true });
    onProgress(`${files.length} pictures`);
  }
  return { files, damaged };
};

/** One that is destroyed at this moment is copied as that. */
const copyKey = async (from: string, to: string, path: string): Promise<ManifestFile | null> => {
  for (const each of [path, markOf(path)]) {
    const copied = await copyUnlessGone(join(from, each), join(to, each));
    if (copied !== null) return { path: each, ...copied };
    await rm(join(to, each), { force: true });
  }
  return null;
};

const copyKeys = async (from: string, to: string, about: Pick<KeysManifest, 'at' | 'logId'>) => {
  const files: ManifestFile[] = [];
  for (const path of await keyFiles(from)) {
    const copied = await copyKey(from, to, path);
    if (copied !== null) files.push(copied);
  }
  await writeManifest(to, {
    ...{ format: 'darkroom keys', version: 1 },
    ...about,
    files,
  } satisfies KeysManifest);
  return files.length;
};

/** @throws Refused where a folder is not empty, UnopenableFile where a database is damaged */
export const makeBackup = async (parts: BackupParts): Promise<Backup> => {
  const { folder, events, documents, keys, now } = parts;
  await takeEmptyFolder(folder, 'backup');
  if (keys !== null) await takeEmptyFolder(keys.to, 'backup of keys');
  const at = now().toISOString();
  const files: ManifestFile[] = [];
  if (documents !== null)
    files.push({ path: documentsName, ...(await hashFile(await copyFile(parts, documents, documentsName))) });
  const log = await copyFile(parts, events, eventsName);
  const { logId, through } = await identify(log);
  files.push({ path: eventsName, ...(await hashFile(log)) });
  await mkdir(join(folder, imagesPrefix), { recursive: true, mode: 0o700 });
  const pictures = await copyPictures(parts);
  const copiedKeys = keys === null ? null : await copyKeys(keys.from, keys.to, { at, logId });
  const manifest: BackupManifest = {
    ...{ format: 'darkroom backup', version: 1, at, logId, through },
    files: [...files, ...pictures.files],
  };
  await writeManifest(folder, manifest);
  return { manifest, damaged: pictures.damaged, keys: copiedKeys };
};
