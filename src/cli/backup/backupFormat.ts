import { z } from 'zod';
import { logId, position } from '../../events/ids.ts';
import { keyPath } from '../../events/log/encryption/keyFiles.ts';
import { picturePath } from '../../images/folder/pictureFiles.ts';
import { manifestFile } from './manifest.ts';

export const eventsName = 'events.db';
export const documentsName = 'documents.db';
export const imagesPrefix = 'images/';

const isBackedUp = (path: string): boolean =>
  path === eventsName ||
  path === documentsName ||
  (path.startsWith(imagesPrefix) && picturePath.test(path.slice(imagesPrefix.length)));

/** Nothing else becomes part of a path. */
const named = (isRight: (path: string) => boolean, what: string) =>
  z.array(manifestFile.refine(({ path }) => isRight(path), `must be ${what}`));

/** What `darkroom backup` writes: the log, the pictures, and the documents where they were asked for. */
export const backupManifest = z.strictObject({
  format: z.literal('darkroom backup'),
  version: z.literal(1),
  at: z.iso.datetime(),
  logId,
  /** Position of the log's last event. */
  through: position,
  files: named(isBackedUp, 'a file of a backup').refine(
    (files) => files.some(({ path }) => path === eventsName),
    `must have ${eventsName}`,
  ),
});
export type BackupManifest = z.infer<typeof backupManifest>;

/** What `darkroom backup --keys` writes beside it: keys that still hold, and which were destroyed. */
export const keysManifest = z.strictObject({
  format: z.literal('darkroom keys'),
  version: z.literal(1),
  at: z.iso.datetime(),
  logId,
  files: named((path) => keyPath.test(path), 'a key'),
});
export type KeysManifest = z.infer<typeof keysManifest>;
