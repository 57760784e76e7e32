import { existsSync } from 'node:fs';
import { link, mkdir, rm, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { LogId } from '../../events/ids.ts';
import { keyFiles } from '../../events/log/encryption/keyFiles.ts';
import { renewIdentity } from '../../events/log/renewIdentity.ts';
import { openSqliteEventLog } from '../../events/log/sqlite/sqliteEventLog.ts';
import type { Actor } from '../../events/metadata.ts';
import { pictureFiles } from '../../images/folder/pictureFiles.ts';
import { adoptCheckpoints } from '../../projections/documents/sqlite/adoptCheckpoints.ts';
import { intoOneFile } from '../../sqlite/copyDatabase.ts';
import { isInUse } from '../../sqlite/isInUse.ts';
import { Refused } from '../refused.ts';
import {
  type BackupManifest,
  backupManifest,
  documentsName,
  eventsName,
  imagesPrefix,
  type KeysManifest,
  keysManifest,
} from './backupFormat.ts';
import { type Boxes, readBoxes } from './boxes.ts';
import { copyHashed, type ManifestFile, readManifest, syncFolder, verifyFiles } from './manifest.ts';

/*
 * Everything is verified before anything is touched. Then the files are made beside their places, where the
 * log gets its new identity and the documents learn of it, and appear there at the end, the log last:
 *
 *   verify backup ──▶ look at the places ──▶ pictures, keys ──▶ *.restoring ──▶ documents.db ──▶ events.db
 *
 * A crash anywhere before the end leaves no log; the same command, given again, begins anew. Pictures that
 * are there already are the same, for they are called by their content.
 */

/** Where things are to lie. */
export interface RestoreTargets {
  readonly events: string;
  /** Null: on a server. */
  readonly documents: string | null;
  readonly images: string;
  /** Null: on a server, or nowhere. */
  readonly keys: string | null;
}

export interface RestoreParts {
  readonly folder: string;
  /** A backup of the keys; null: they are not restored. */
  readonly keysFrom: string | null;
  readonly targets: RestoreTargets;
  readonly actor: Actor;
  readonly onProgress: (what: string) => void;
}

export interface Restored {
  readonly manifest: BackupManifest;
  /** How the log is called from now on. */
  readonly logId: LogId;
  readonly pictures: number;
  /** Null: they are projected anew. */
  readonly documents: boolean;
  readonly keys: number | null;
  /** Whose personal data the log holds. */
  readonly boxes: Boxes;
}

const refuseTaken = (file: string, what: string): void => {
  if (!existsSync(file)) return;
  throw new Refused(
    isInUse(file)
      ? `The ${what} ${file} is in use: a server is running on it. Stop it, and restore into an empty DATA_DIR.`
      : `There is something already where the ${what} is to lie, ${file}; restore into an empty DATA_DIR, or move that away first.`,
  );
};

const refuseOtherPictures = async (images: string, { files }: BackupManifest): Promise<void> => {
  const ours = new Set(files.map(({ path }) => path));
  for await (const { path } of pictureFiles(images))
    if (!ours.has(`${imagesPrefix}${path}`))
      throw new Refused(
        `There are pictures already in ${images} that the backup does not have; restore into an empty folder, or move them away first.`,
      );
};

/** @throws Refused where anything is there that the restored would be mixed with */
const refuseOccupied = async (targets: RestoreTargets, manifest: BackupManifest, withKeys: boolean) => {
  refuseTaken(targets.events, 'event log');
  if (targets.documents !== null) refuseTaken(targets.documents, 'document store');
  await refuseOtherPictures(targets.images, manifest);
  if (!withKeys) return;
  if (targets.keys === null)
    throw new Refused('The keys lie on a server, or there are to be none (KEYS_URL); leave --keys out.');
  if ((await keyFiles(targets.keys)).length > 0)
    throw new Refused(
      `There are keys already in ${targets.keys}, and they know best which were destroyed; leave --keys out, or move them away first.`,
    );
};

/** Makes it again beside its place, whatever a restore that was interrupted has left there. */
const stage = async (from: string, target: string): Promise<string> => {
  const staged = `${target}.restoring`;
  for (const ending of ['', '-wal', '-shm']) await rm(`${staged}${ending}`, { force: true });
  await copyHashed(from, staged);
  return staged;
};

/** Never over a file that somebody else has put there meanwhile. */
const put = async (staged: string, target: string): Promise<void> => {
  intoOneFile(staged);
  try {
    await link(staged, target);
  } catch (cause) {
    throw new Refused(
      `${target} could not be put in its place (${String(cause instanceof Error && 'code' in cause ? cause.code : cause)}): did a server start there meanwhile?`,
      { cause },
    );
  }
  await unlink(staged);
  await syncFolder(dirname(target));
};

const copyMissing = async (from: string, to: string, files: readonly ManifestFile[], prefix: string) => {
  for (const { path } of files) {
    const target = join(to, path.slice(prefix.length));
    if (!existsSync(target)) await copyHashed(join(from, path), target);
  }
};

/** The log under its new identity. @throws Refused where it isn't the one that the manifest names */
const renew = async (
  staged: string,
  { logId, through, at }: BackupManifest,
  actor: Actor,
): Promise<{ readonly logId: LogId; readonly boxes: Boxes }> => {
  const log = await openSqliteEventLog(staged);
  try {
    if (log.logId !== logId || (await log.head()) !== through)
      throw new Refused('The event log of the backup is another one than its manifest says.');
    const boxes = await readBoxes(log);
    return { boxes, logId: await renewIdentity(log, actor, { logId, through, backedUpAt: at }) };
  } finally {
    await log.close();
  }
};

const readKeys = async (folder: string, { logId }: BackupManifest): Promise<KeysManifest> => {
  const manifest = await readManifest(folder, keysManifest, 'backup of keys');
  if (manifest.logId !== logId)
    throw new Refused(`The keys in ${folder} are those of another log (${manifest.logId}, not ${logId}).`);
  await verifyFiles(folder, manifest.files);
  return manifest;
};

/** @throws Refused with nothing touched, where the backup is damaged or its place is taken */
export const restoreBackup = async (parts: RestoreParts): Promise<Restored> => {
  const { folder, keysFrom, targets, actor, onProgress } = parts;
  const manifest = await readManifest(folder, backupManifest, 'backup');
  let verified = 0;
  await verifyFiles(folder, manifest.files, () => {
    verified += 1;
    onProgress(`${verified} of ${manifest.files.length} files verified`);
  });
  const keys = keysFrom === null ? null : await readKeys(keysFrom, manifest);
  await refuseOccupied(targets, manifest, keys !== null);

  const pictures = manifest.files.filter(({ path }) => path.startsWith(imagesPrefix));
  onProgress(`restoring ${pictures.length} pictures`);
  await mkdir(targets.images, { recursive: true });
  await copyMissing(folder, targets.images, pictures, imagesPrefix);
  if (keys !== null && keysFrom !== null && targets.keys !== null)
    await copyMissing(keysFrom, targets.keys, keys.files, '');

  onProgress('restoring the event log');
  const events = await stage(join(folder, eventsName), targets.events);
  const { logId, boxes } = await renew(events, manifest, actor);
  const documents = manifest.files.some(({ path }) => path === documentsName) ? targets.documents : null;
  if (documents !== null) {
    const staged = await stage(join(folder, documentsName), documents);
    await adoptCheckpoints(staged, { from: manifest.logId, to: logId, through: manifest.through });
    await put(staged, documents);
  }
  await put(events, targets.events);
  return {
    ...{ manifest, logId, boxes, pictures: pictures.length, documents: documents !== null },
    keys: keys?.files.length ?? null,
  };
};
