import { userId } from '../events/ids.ts';
import { keysUrl, openConfiguredImages, openKeyStore } from '../stores.ts';
import { answering, interruption, type Register } from './command.ts';
import { checkErasable, erasePerson, holdingsOf } from './erasePerson.ts';
import { exitCode } from './exitCode.ts';
import { commandLineActor, withStores } from './openStores.ts';
import { Refused } from './refused.ts';

interface EraseOptions {
  readonly yes?: boolean;
}

export const addErase: Register = (parent) => {
  answering<EraseOptions>(
    parent
      .command('erase')
      .argument('<user>', 'the id of the person, as it stands in the log')
      .description(
        'Erase a person: destroy the key of what they wrote and were called, build all documents anew without it, and remove their pictures. It can not be taken back.',
      )
      .option('--yes', 'do it; without this it is only told what would be erased'),
    ['darkroom erase auth0|5f7c8ec7', 'darkroom erase auth0|5f7c8ec7 --yes'],
    ({ options, words, output }) =>
      withStores(async ({ config, log, bareDocuments: documents }) => {
        const person = userId.parse(words[0]);
        const url = keysUrl(config);
        if (url === 'none')
          throw new Refused('KEYS_URL is none: nothing is encrypted, so nothing can be erased by its key.');
        const holdings = await holdingsOf(log, person);
        await checkErasable(documents, person, holdings);
        const { encrypted: events, images: pictures } = holdings;
        output.line(
          `${events} events hold something of "${person}", and ${pictures.size} pictures were made for them.`,
        );
        if (options.yes !== true) {
          output.result({ person, events, pictures: pictures.size, erased: false });
          output.line('Nothing was erased. To do it, give the command again with --yes.');
          return exitCode.done;
        }
        const keys = await openKeyStore(url);
        try {
          const actor = commandLineActor();
          const images = await openConfiguredImages(config);
          const parts = { log, documents, images, keys, actor, signal: interruption() };
          const onProgress = (): void => output.redraw('Building the documents anew …');
          const removed = await erasePerson({ ...parts, onProgress }, person, holdings);
          output.redraw('');
          output.result({ person, events, pictures: removed, erased: true });
          output.line(`Erased. ${removed} pictures were removed; the documents are built anew.`);
          return exitCode.done;
        } finally {
          await keys.close();
        }
      }),
  );
};
