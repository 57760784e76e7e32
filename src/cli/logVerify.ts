import { readFileSync } from 'node:fs';
import { type LogId, logId } from '../events/ids.ts';
import type { EventLog } from '../events/log/eventLog.ts';
import { type Breach, type Verification, verifyLog } from '../events/log/seals/verifyLog.ts';
import { logStream } from '../events/streams.ts';
import { answering, type Register } from './command.ts';
import { type ExitCode, exitCode } from './exitCode.ts';
import { howMany } from './howMany.ts';
import { type PublishedSeal, parsePublishedSeals } from './logSeals.ts';
import { withLog } from './openStores.ts';
import type { Output } from './output.ts';
import { Refused } from './refused.ts';

interface LogVerifyOptions {
  readonly seals?: string;
}

/** Those that the log has had: restored from a backup it goes on under a new one, its events sealed as before. */
const identitiesOf = async (log: EventLog): Promise<ReadonlySet<LogId>> => {
  const identities = new Set([log.logId]);
  for await (const { type, data } of log.readStream(logStream))
    if (type === 'LogIdentified') identities.add(logId.parse(data.logId));
  return identities;
};

const readPublished = async (log: EventLog, file: string): Promise<readonly PublishedSeal[]> => {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Refused(
      `The seals in ${file} can not be read; name a file that "darkroom log seals --json" wrote.`,
      {
        cause,
      },
    );
  }
  const seals = parsePublishedSeals(file, text);
  const identities = await identitiesOf(log);
  const foreign = seals.find((seal) => !identities.has(seal.logId));
  if (foreign !== undefined)
    throw new Refused(
      `${file} holds a seal of the log ${foreign.logId}, and this one is ${log.logId}; name the seals of this log.`,
    );
  return seals;
};

const where = ({ after, until, position }: Breach): string => {
  if (position !== null) return `It begins at ${position}.`;
  const from =
    after.count === 0
      ? 'It lies after the beginning'
      : `It lies after event ${after.count} (at ${after.through})`;
  if (until === null) return `${from}.`;
  const kind = until.from === 'published' ? 'published seal' : 'seal';
  return `${from} and before the end of what the next ${kind} covers, event ${until.count} (then at ${until.through}).`;
};

const tell = ({ events, seals, sealed, breach }: Verification, output: Output): ExitCode => {
  if (breach !== null) {
    output.line(output.style('red', 'The log is not as it was sealed.'));
    output.line(breach.what);
    output.line(where(breach));
    return exitCode.found;
  }
  output.line(
    output.style(
      'green',
      `The log is as it was sealed: ${howMany(sealed.count, 'event')}, ${howMany(seals, 'seal')}, through ${sealed.through}.`,
    ),
  );
  if (events > sealed.count) output.line(`${events - sealed.count} events after that are not sealed yet.`);
  return exitCode.done;
};

export const addLogVerify: Register = (parent) => {
  answering<LogVerifyOptions>(
    parent
      .command('verify')
      .description(
        'Read the whole event log and look whether an event was changed, removed, inserted or moved since it was sealed.',
      )
      .option(
        '--seals <file>',
        'hold it against these published seals too (from "darkroom log seals --json")',
      ),
    ['darkroom log verify', 'darkroom log verify --seals /mnt/elsewhere/seals.ndjson --json'],
    ({ options, output }) =>
      withLog(async (log) => {
        const published = options.seals === undefined ? [] : await readPublished(log, options.seals);
        const verification = await verifyLog(log.kept, published);
        if (verification.breach === null && verification.seals === 0)
          throw new Refused(
            'The log has no seal to be held against: the server makes one soon after an event, see SEAL_MS.',
          );
        output.result({ logId: log.logId, ...verification });
        return tell(verification, output);
      }),
  );
};
