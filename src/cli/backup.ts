import { resolve, sep } from 'node:path';
import type { Config } from '../config.ts';
import { documentsUrl, embeddedFile, eventLogUrl, imagesFolder, keysUrl } from '../stores.ts';
import { documentsName, imagesPrefix } from './backup/backupFormat.ts';
import { type Backup, type BackupParts, makeBackup } from './backup/makeBackup.ts';
import { answering, type Register } from './command.ts';
import { exitCode } from './exitCode.ts';
import { howMany } from './howMany.ts';
import { withLog } from './openStores.ts';
import type { Output } from './output.ts';
import { Refused } from './refused.ts';

interface BackupOptions {
  readonly documents?: boolean;
  readonly keys?: string;
}

const guide = 'docs/operations/backup.md';

/** @throws Refused where something of it lies on a server, which has tools of its own */
const sourcesOf = (config: Config, { documents = false, keys }: BackupOptions, folder: string) => {
  const events = embeddedFile(eventLogUrl(config));
  if (events === null)
    throw new Refused(`The event log lies on a server: back it up by the server's own tools, see ${guide}.`);
  const documentsFile = embeddedFile(documentsUrl(config));
  if (documents && documentsFile === null)
    throw new Refused(
      `The documents lie on a server: back them up by the server's own tools, or leave --documents out, for they can be projected anew: ${guide}.`,
    );
  const keysFolder = embeddedFile(keysUrl(config));
  if (keys !== undefined && keysFolder === null)
    throw new Refused(`The keys lie on a server, or there are none (KEYS_URL); see ${guide}.`);
  if (keys !== undefined && `${resolve(keys)}${sep}`.startsWith(`${resolve(folder)}${sep}`))
    throw new Refused(
      'Keys are kept apart from the backup that they open; name a folder elsewhere for --keys.',
    );
  return {
    events,
    documents: documents ? documentsFile : null,
    images: imagesFolder(config),
    keys: keys === undefined || keysFolder === null ? null : { from: keysFolder, to: keys },
  } satisfies Partial<BackupParts>;
};

const megabytes = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`;

const tell = ({ manifest, damaged, keys }: Backup, folder: string, output: Output): void => {
  const { files, logId, through } = manifest;
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const pictures = files.filter(({ path }) => path.startsWith(imagesPrefix)).length;
  const documents = files.some(({ path }) => path === documentsName);
  output.result({ folder, logId, through, at: manifest.at, bytes, pictures, documents, keys, damaged });
  const what = [
    `the log up to ${through}`,
    ...(documents ? ['the documents'] : []),
    howMany(pictures, 'picture'),
  ].join(', ');
  output.line(`Backed up to ${folder}: ${what}; ${megabytes(bytes)}.`);
  if (!documents) output.line('Documents are not in it: they are projected anew after it is restored.');
  output.line(
    keys === null
      ? 'Keys of personal data are not in it; without them the names and texts in it can not be read.'
      : `${keys} keys of personal data were copied; keep them apart from it.`,
  );
  for (const picture of damaged)
    output.line(output.style('yellow', `Left out, for its bytes are not those that were stored: ${picture}`));
};

export const addBackup: Register = (parent) => {
  answering<BackupOptions>(
    parent
      .command('backup')
      .argument('<folder>', 'to write to; it must be new or empty')
      .description(
        'Copy the embedded event log and the pictures, while the server runs, into a folder that "darkroom restore" takes.',
      )
      .option('--documents', 'copy the documents too, which hold what people wrote in plain')
      .option('--keys <folder>', 'copy the keys of personal data too, to a folder elsewhere'),
    [
      'darkroom backup /backup/2026-11-24',
      'darkroom backup /backup/2026-11-24 --keys /elsewhere/keys-2026-11-24',
    ],
    ({ options, words: [folder = ''], output }) =>
      withLog(async (_, config) => {
        const backup = await makeBackup({
          ...sourcesOf(config, options, folder),
          ...{ folder, now: () => new Date(), onProgress: output.redraw },
        });
        output.redraw('');
        tell(backup, folder, output);
        return backup.damaged.length > 0 ? exitCode.found : exitCode.done;
      }),
  );
};
