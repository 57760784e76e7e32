import { conversationId } from '../events/ids.ts';
import { answering, interruption, type Register } from './command.ts';
import { exitCode } from './exitCode.ts';
import { exportLog } from './exportLog.ts';
import { howMany } from './howMany.ts';
import { withLog } from './openStores.ts';
import { Refused } from './refused.ts';

const idsFrom = (typed: readonly string[]) =>
  new Set(
    typed.map((each) => {
      const id = conversationId.safeParse(each).data;
      if (id === undefined) throw new Refused(`"${each}" is no id of a conversation; that is a UUID.`);
      return id;
    }),
  );

export const addLogExport: Register = (parent) => {
  answering(
    parent
      .command('export')
      .argument('<folder>', 'to write to; it must be new or empty')
      .argument('[conversations...]', 'these; all that are archived where none is named')
      .description(
        'Write the events of archived conversations, or of those named, with their messages and jobs into compressed files with a manifest. The log stays as it is; what is encrypted in it stays so.',
      ),
    ['darkroom log export /archive/2026', 'darkroom log export /archive/harbour 0193f6a2-… --json'],
    ({ words: [folder = '', ...named], output }) =>
      withLog(async ({ kept }) => {
        const signal = interruption();
        const conversations = named.length === 0 ? null : idsFrom(named);
        try {
          const { files, ...manifest } = await exportLog({
            ...{ log: kept, folder, conversations, signal, now: () => new Date() },
            onProgress: (events) => {
              if (events % 1_000 === 0) output.redraw(`${events} events`);
            },
          });
          output.redraw('');
          output.result({ folder, files: files.length, ...manifest });
          output.line(
            `Exported to ${folder}: ${howMany(manifest.events, 'event')} of ${howMany(manifest.conversations.length, 'conversation')}, in ${howMany(files.length, 'file')}.`,
          );
          const open = manifest.conversations.filter(({ archived }) => !archived).length;
          if (open > 0)
            output.line(`${open} of them are not archived: what happens to them from now on is not in it.`);
          return exitCode.done;
        } catch (cause) {
          if (!signal.aborted) throw cause;
          output.line('Interrupted. The folder has no manifest, so it is no export; remove it.');
          return exitCode.interrupted;
        }
      }),
  );
};
