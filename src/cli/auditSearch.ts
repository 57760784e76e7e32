import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { auditFilter } from '../api/audit/auditFilter.ts';
import { auditItem } from '../api/audit/auditItem.ts';
import { csv } from '../api/audit/auditText.ts';
import { auditQuery } from '../api/http/schemas.ts';
import type { Position } from '../events/ids.ts';
import type { AuditFilter, AuditItem } from '../projections/past.ts';
import { itemLines } from './auditLines.ts';
import { answering, interruption } from './command.ts';
import { type ExitCode, exitCode } from './exitCode.ts';
import { type OpenedPast, withPast } from './openPast.ts';
import type { Output } from './output.ts';
import { Refused } from './refused.ts';

interface AuditOptions {
  readonly csv?: boolean;
  readonly follow?: boolean;
  readonly json?: boolean;
}

const mostAtOnce = 200;
/** How soon a follower is told of what happens, in milliseconds. */
const lookEvery = 500;

/** @throws Refused that names each option that is wrong */
const filterOf = (options: object) => {
  const result = auditQuery.omit({ limit: true, cursor: true }).safeParse(options);
  if (result.success) return result.data;
  const wrong = result.error.issues.map(({ path, message }) => `--${path.join('.')} ${message}`);
  throw new Refused(`${wrong.join('; ')}.`);
};

const tellItem = (item: AuditItem, isCsv: boolean, output: Output): void =>
  // The output ends each line by itself.
  output.item(item, isCsv ? csv.line(item).slice(0, -1) : itemLines(item, output));

/** All that there is by now, in order. */
async function* found(
  { past }: OpenedPast,
  filter: AuditFilter,
  begin: Position | undefined,
): AsyncGenerator<AuditItem> {
  for (let after: Position | null | undefined = begin; after !== null; ) {
    const page = await past.events({ ...filter, ...(after === undefined ? {} : { after }) }, mostAtOnce);
    yield* page.events.map(auditItem);
    after = page.goOnAfter;
  }
}

const search = async (
  { csv: isCsv = false, follow = false, json: _, ...typed }: AuditOptions,
  output: Output,
): Promise<ExitCode> => {
  const query = filterOf(typed);
  const interrupted = interruption();
  return withPast(async (opened) => {
    const filter = await auditFilter(query, opened.past);
    if (isCsv) output.line(csv.head.slice(0, -1));
    for (let after = filter.after; ; ) {
      const complete = await opened.complete();
      for await (const item of found(opened, filter, after)) {
        if (interrupted.aborted) return exitCode.interrupted;
        if (item.position > (after ?? '')) tellItem(item, isCsv, output);
        after = item.position;
      }
      if (!follow) return exitCode.done;
      if (complete > (after ?? '')) after = complete;
      await delay(lookEvery, undefined, { signal: interrupted }).catch(() => undefined);
      if (interrupted.aborted) return exitCode.interrupted;
    }
  });
};

/** `darkroom audit`: everything that happened, narrowed by what is given. */
export const addAuditSearch = (parent: Command): void => {
  answering<AuditOptions>(
    parent
      .command('search', { isDefault: true })
      .description('Tell what happened, refused commands too; the word search can be left out.')
      .option('--conversation <id>', 'in this conversation')
      .option('--message <id>', 'to this message, and to its jobs')
      .option('--job <id>', 'to this job')
      .option('--actor <id>', 'what this person did, or worker:<id>, sweep, queueing')
      .option('--type <type>', 'of this type, such as JobFailed')
      .option('--correlation <id>', 'because of this request')
      .option('--from <time>', 'at this time or later')
      .option('--to <time>', 'at this time or earlier')
      .option('--after <position>', 'after this position')
      .option('--before <position>', 'before this position')
      .option('--text <words>', 'in what people wrote, all of these words')
      .option('--csv', 'as a table for spreadsheets')
      .option('--follow', 'go on with what happens, until Ctrl-C'),
    [
      'darkroom audit --job 0193f6a2-… --json',
      'darkroom audit --type CommandRefused --from 2026-11-24T00:00:00Z',
      'darkroom audit --conversation 0193f6a2-… --csv > harbour.csv',
      'darkroom audit --follow',
    ],
    ({ options, output }) => search(options, output),
  );
};
