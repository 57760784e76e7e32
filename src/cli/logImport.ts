import { openEventLog } from '../events/log/openEventLog.ts';
import { eventLogUrl } from '../stores.ts';
import { answering, type Register } from './command.ts';
import { exitCode } from './exitCode.ts';
import { howMany } from './howMany.ts';
import { importLog, verifyExport } from './importLog.ts';
import { sayCopyProgress } from './logCopy.ts';
import { readSettings } from './settings.ts';

export const addLogImport: Register = (parent) => {
  answering(
    parent
      .command('import')
      .argument('<folder>', 'that "darkroom log export" wrote')
      .description(
        'Verify an export, then append it to the event log of the settings, which must be empty, or hold the begin of this same import: interrupted, it goes on when called again. Stop the server first.',
      ),
    ['EVENT_LOG_URL=sqlite:./archive/events.db darkroom log import /archive/2026'],
    async ({ words: [folder = ''], output }) => {
      const config = readSettings();
      const manifest = await verifyExport(folder);
      output.line(
        `Verified: ${howMany(manifest.events, 'event')} of ${howMany(manifest.conversations.length, 'conversation')}, exported from the log ${manifest.logId} at ${manifest.at}.`,
      );
      // As it is kept: what was encrypted there is encrypted here, under the same keys.
      const log = await openEventLog(eventLogUrl(config), { namespace: config.EVENT_LOG_NAMESPACE });
      try {
        for await (const progress of importLog(folder, manifest, log))
          output.item(progress, sayCopyProgress(progress));
        output.line(
          `The log is ${log.logId}. What is encrypted in it can be read with the keys of the log that it came from: set KEYS_URL to them.`,
        );
      } finally {
        await log.close();
      }
      return exitCode.done;
    },
  );
};
