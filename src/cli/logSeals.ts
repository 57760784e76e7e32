import { z } from 'zod';
import { logId } from '../events/ids.ts';
import { type RecordedSeal, readLastSeal, readSeals } from '../events/log/seals/readSeals.ts';
import { sealEvents } from '../events/seal.ts';
import { answering, type Register } from './command.ts';
import { exitCode } from './exitCode.ts';
import { howMany } from './howMany.ts';
import { withLog } from './openStores.ts';
import { Refused } from './refused.ts';

interface LogSealsOptions {
  readonly last?: boolean;
}

/** A seal as it is published: a line of JSON, to be kept where who can write the log can't write. */
const publishedSeal = z.object({ logId, ...sealEvents.LogSealed.data.shape, sealedAt: z.string() });
export type PublishedSeal = z.infer<typeof publishedSeal>;

/** The seals of a file that `darkroom log seals --json` wrote. @throws Refused */
export const parsePublishedSeals = (file: string, text: string): readonly PublishedSeal[] =>
  text.split('\n').flatMap((line, index): PublishedSeal[] => {
    if (line.trim() === '') return [];
    try {
      return [publishedSeal.parse(JSON.parse(line))];
    } catch (cause) {
      throw new Refused(
        `Line ${index + 1} of ${file} is no seal; it must be what "darkroom log seals --json" wrote.`,
        { cause },
      );
    }
  });

export const addLogSeals: Register = (parent) => {
  answering<LogSealsOptions>(
    parent
      .command('seals')
      .description(
        'Show the seals of the event log. Kept elsewhere, as JSON, they show whether somebody rewrote the log and its seals.',
      )
      .option('--last', 'the newest alone'),
    [
      'darkroom log seals',
      'darkroom log seals --last --json >> /mnt/elsewhere/seals.ndjson',
      'darkroom log verify --seals /mnt/elsewhere/seals.ndjson',
    ],
    ({ options, output }) =>
      withLog(async (log) => {
        const show = ({ count, through, hash, sealedAt }: RecordedSeal): void =>
          output.item(
            { logId: log.logId, count, through, hash, sealedAt },
            `${sealedAt}  ${hash}  ${howMany(count, 'event')}, through ${through}`,
          );
        if (options.last === true) {
          const last = await readLastSeal(log);
          if (last !== null) show(last);
        } else for await (const seal of readSeals(log)) show(seal);
        return exitCode.done;
      }),
  );
};
