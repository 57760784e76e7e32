import type { Config } from '../config.ts';
import { documentsUrl, embeddedFile, eventLogUrl, imagesFolder, keysUrl, openKeyStore } from '../stores.ts';
import { type Boxes, findKeys, type KeysFound } from './backup/boxes.ts';
import { type Restored, type RestoreTargets, restoreBackup } from './backup/restoreBackup.ts';
import { answering, type Register } from './command.ts';
import { type ExitCode, exitCode } from './exitCode.ts';
import { howMany } from './howMany.ts';
import { commandLineActor } from './openStores.ts';
import type { Output } from './output.ts';
import { Refused } from './refused.ts';
import { readSettings } from './settings.ts';

interface RestoreOptions {
  readonly keys?: string;
}

/** @throws Refused where the log is to lie on a server */
const targetsOf = (config: Config): RestoreTargets => {
  const events = embeddedFile(eventLogUrl(config));
  if (events === null)
    throw new Refused(
      'EVENT_LOG_URL names a server: restore into a file (sqlite:), then copy that log there with "darkroom log copy".',
    );
  return {
    events,
    documents: embeddedFile(documentsUrl(config)),
    images: imagesFolder(config),
    keys: embeddedFile(keysUrl(config)),
  };
};

const holdAgainstKeys = async (boxes: Boxes, url: string): Promise<KeysFound> => {
  if (url === 'none') return { missing: [...boxes.needed.keys()], erasedSince: [] };
  const keys = await openKeyStore(url);
  try {
    return await findKeys(boxes, keys);
  } finally {
    await keys.close();
  }
};

const tell = (
  { manifest, logId, pictures, documents, keys }: Restored,
  { missing, erasedSince }: KeysFound,
  url: string,
  output: Output,
): ExitCode => {
  const { at, through, logId: previous } = manifest;
  output.result({ logId, previous, through, at, pictures, documents, keys, missing, erasedSince });
  output.line(`Restored as of ${at}: the log up to ${through}, ${howMany(pictures, 'picture')}.`);
  output.line(`The log is ${logId} now, for what follows is another future: clients begin anew.`);
  output.line(
    documents
      ? 'The documents were restored with it, and are gone on with.'
      : 'Start the server: it projects the documents anew.',
  );
  for (const person of erasedSince)
    output.line(
      output.style(
        'yellow',
        `"${person}" was erased after this backup was made. Erase again what came back: darkroom erase "${person}" --yes`,
      ),
    );
  if (missing.length === 0) return exitCode.done;
  output.line(
    output.style(
      'yellow',
      `The keys of ${howMany(missing.length, 'person', 'people')} are not in ${url}. Bring them there before the server starts: it can not read the log without.`,
    ),
  );
  return exitCode.found;
};

export const addRestore: Register = (parent) => {
  answering<RestoreOptions>(
    parent
      .command('restore')
      .argument('<folder>', 'that "darkroom backup" wrote')
      .description(
        'Verify a backup, then restore it where the settings say that the stores lie, and nothing lies yet. The log gets a new identity.',
      )
      .option('--keys <folder>', 'restore the keys of personal data too, from where they were copied to'),
    [
      'DATA_DIR=/srv/darkroom/restored darkroom restore /backup/2026-11-24',
      'darkroom restore /backup/2026-11-24 --keys /elsewhere/keys-2026-11-24',
    ],
    async ({ options, words: [folder = ''], output }) => {
      const config = readSettings();
      const restored = await restoreBackup({
        ...{ folder, keysFrom: options.keys ?? null, targets: targetsOf(config), actor: commandLineActor() },
        onProgress: output.redraw,
      });
      output.redraw('');
      const url = keysUrl(config);
      return tell(restored, await holdAgainstKeys(restored.boxes, url), url, output);
    },
  );
};
