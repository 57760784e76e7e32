import type { Command } from 'commander';
import { conversationId, jobId, messageId, type Position, type UserId } from '../events/ids.ts';
import type { Past } from '../projections/past.ts';
import { answering } from './command.ts';
import { type ExitCode, exitCode } from './exitCode.ts';
import { positionOf, withPast } from './openPast.ts';
import type { Output } from './output.ts';
import { Refused } from './refused.ts';

interface ShowOptions {
  readonly asOf?: string;
}

/** How each kind of thing is read; null: there was none of that id. */
const kinds: Readonly<Record<string, (past: Past, typed: string, at: Position) => Promise<object | null>>> = {
  message: async (past, typed, at) => past.message(messageId.parse(typed), at),
  conversation: async (past, typed, at) => past.conversation(conversationId.parse(typed), at),
  job: async (past, typed, at) => past.job(jobId.parse(typed), at),
};

const isId = (typed: string): boolean => messageId.safeParse(typed).success;

const showThing = (kind: string, typed: string, options: ShowOptions, output: Output): Promise<ExitCode> => {
  if (!isId(typed)) throw new Refused(`"${typed}" is no id of a ${kind}; that is a UUID.`);
  return withPast(async (opened) => {
    const at = await positionOf(opened, options.asOf);
    const found = (await kinds[kind]?.(opened.past, typed, at)) ?? null;
    if (found === null) throw new Refused(`There was no ${kind} ${typed} as of position ${at}.`);
    output.result({ asOf: at, [kind]: found });
    output.line(output.style('dim', `as of position ${at}`));
    output.line(JSON.stringify(found, null, 2));
    return exitCode.done;
  });
};

const mostShown = 200;
const nobody = '' as UserId;

const showQueue = (options: ShowOptions, output: Output): Promise<ExitCode> =>
  withPast(async (opened) => {
    const at = await positionOf(opened, options.asOf);
    const queue = await opened.past.queue(nobody, mostShown, at);
    output.result({ asOf: at, ...queue });
    output.line(output.style('dim', `as of position ${at}`));
    const { waiting, running, paused, jobs } = queue;
    output.line(`${waiting} waited, ${running} were being drawn${paused ? '; the queue stood still' : ''}.`);
    if (jobs.length > 0)
      output.table(
        ['place', 'job', 'owner', 'priority', 'round', 'ticket'],
        jobs.map(({ place, jobId: id, ownerId, priority, round, ticket }) => [
          ...[place, id, ownerId, priority, round, ticket],
        ]),
      );
    return exitCode.done;
  });

const asOfOption = [
  '--as-of <moment>',
  'as it was at this position or time; today where it is left out',
] as const;

export const addShow = (parent: Command): void => {
  const show = parent.command('show').description('Show a thing as it is, or as it was at any time.');
  for (const kind of Object.keys(kinds))
    answering<ShowOptions>(
      show
        .command(`${kind} <id>`)
        .description(`Show a ${kind}.`)
        .option(...asOfOption),
      [`darkroom show ${kind} 0193f6a2-… --as-of 2026-11-24T20:00:00Z`],
      ({ words: [id = ''], options, output }) => showThing(kind, id, options, output),
    );
  answering<ShowOptions>(
    show
      .command('queue')
      .description('Show who waited, in order.')
      .option(...asOfOption),
    ['darkroom show queue --as-of 00000000000000004711'],
    ({ options, output }) => showQueue(options, output),
  );
};
