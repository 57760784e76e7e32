import { type Position, position as positionSchema } from '../events/ids.ts';
import type { EventLog, RecordedEvent } from '../events/log/eventLog.ts';
import { answering, interruption, type Register } from './command.ts';
import { exitCode } from './exitCode.ts';
import { type OpenedEvent, withKeys } from './openBoxes.ts';
import { withLog } from './openStores.ts';
import type { Output } from './output.ts';
import { Refused } from './refused.ts';

interface LogTailOptions {
  readonly last: string;
  readonly after?: string;
  readonly follow?: boolean;
  readonly type?: string;
  readonly stream?: string;
  readonly actor?: string;
  readonly conversation?: string;
  readonly job?: string;
}

type Filter = Pick<LogTailOptions, 'type' | 'stream' | 'actor' | 'conversation' | 'job'>;

/** What is not given narrows nothing; a stream may be named by its begin, `job-`. */
export const isWanted =
  ({ type, stream, actor, conversation, job }: Filter) =>
  (event: RecordedEvent): boolean => {
    const { subject, actor: by } = event.metadata;
    return (
      (type === undefined || event.type === type) &&
      (stream === undefined || event.stream.startsWith(stream)) &&
      (actor === undefined || by.id === actor) &&
      (conversation === undefined || subject.conversationId === conversation) &&
      (job === undefined || subject.jobId === job)
    );
  };

const widest = 160;

const shortened = (text: string): string => {
  const characters = [...text];
  return characters.length <= widest ? text : `${characters.slice(0, widest - 1).join('')}…`;
};

const note = ({ erased, locked }: OpenedEvent): string =>
  [
    ...(erased.length === 0 ? [] : [`erased: ${erased.join(', ')}`]),
    ...(locked.length === 0 ? [] : [`no key: ${locked.join(', ')}`]),
  ].join('; ');

const tell = (opened: OpenedEvent, output: Output): void => {
  const { event, erased, locked } = opened;
  const { recordedAt, position, type, stream, revision, data, metadata } = event;
  const noted = note(opened);
  const where = `${recordedAt}  ${position.replace(/^0+(?=.)/, '')}`;
  output.item(
    { ...event, erased, locked },
    [
      `${output.style('dim', where)}  ${output.style('bold', type)} in ${stream}, ${revision}, by ${metadata.actor.name}${noted === '' ? '' : output.style('yellow', ` (${noted})`)}`,
      output.style('dim', `    ${shortened(JSON.stringify(data))}`),
    ].join('\n'),
  );
};

const lastOf = async (
  log: EventLog,
  wanted: (event: RecordedEvent) => boolean,
  count: number,
  signal: AbortSignal,
): Promise<readonly RecordedEvent[]> => {
  const found: RecordedEvent[] = [];
  if (count === 0) return found;
  for await (const event of log.readAll({ direction: 'backwards' })) {
    if (signal.aborted) break;
    if (wanted(event)) found.push(event);
    if (found.length === count) break;
  }
  return found.toReversed();
};

const countFrom = (typed: string): number => {
  if (!/^\d{1,6}$/.test(typed)) throw new Refused(`--last is a number of events, not "${typed}".`);
  return Number(typed);
};

const positionFrom = (typed: string): Position => {
  const position = positionSchema.safeParse(typed.padStart(20, '0')).data;
  if (position === undefined) throw new Refused(`--after is a position in the log, not "${typed}".`);
  return position;
};

/** All that there is after a position, in order, and where the next look goes on. */
async function* follow(
  log: EventLog,
  after: Position,
  signal: AbortSignal,
): AsyncGenerator<RecordedEvent, void, undefined> {
  for await (const item of log.subscribe({ after, signal })) if (item.kind === 'events') yield* item.events;
}

export const addLogTail: Register = (parent) => {
  answering<LogTailOptions>(
    parent
      .command('tail')
      .description(
        'Show the newest events of the log as it has them, decrypted where the key is there; with --follow, what comes too.',
      )
      .option('--last <number>', 'so many of them', '20')
      .option('--after <position>', 'all after this position, in place of the last')
      .option('--type <type>', 'of this type, such as JobFailed')
      .option('--stream <name>', 'of this stream, or of those that begin so: job-')
      .option('--actor <id>', 'what this person did, or worker:<id>, sweep, queueing')
      .option('--conversation <id>', 'that concern this conversation')
      .option('--job <id>', 'that concern this job')
      .option('--follow', 'go on with what happens, until Ctrl-C'),
    [
      'darkroom log tail --follow',
      'darkroom log tail --type JobFailed --last 5',
      'darkroom log tail --after 4711 --stream job- --json',
    ],
    ({ options, output }) =>
      withLog((log, config) =>
        withKeys(config, async (open) => {
          const signal = interruption();
          const wanted = isWanted(options);
          const count = countFrom(options.last);
          const head = await log.head();
          const begin = options.after === undefined ? null : positionFrom(options.after);
          const there =
            begin === null
              ? await lastOf(log.kept, wanted, count, signal)
              : log.kept.readAll({ after: begin, until: head });
          for await (const event of there) {
            if (signal.aborted) return exitCode.interrupted;
            if (event.position <= head && wanted(event)) tell(await open(event), output);
          }
          if (options.follow !== true) return signal.aborted ? exitCode.interrupted : exitCode.done;
          const after = begin === null || begin < head ? head : begin;
          for await (const event of follow(log.kept, after, signal))
            if (wanted(event)) tell(await open(event), output);
          return exitCode.interrupted;
        }),
      ),
  );
};
