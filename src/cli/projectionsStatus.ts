import { startOfLog } from '../events/ids.ts';
import { projections } from '../projections/all.ts';
import type { GenerationShown } from '../projections/overview.ts';
import { readOverview } from '../projections/overview.ts';
import { answering, type Register } from './command.ts';
import { exitCode } from './exitCode.ts';
import { withStores } from './openStores.ts';
import { projectionNamed } from './projectionNames.ts';

/** How far behind the log's head, in places of the log: on KurrentDB those are no numbers of events. */
const behind = (head: string, position: string | null): number =>
  Math.max(0, Number(BigInt(head) - BigInt(position ?? startOfLog)));

/** Kept and old documents stand still by design. */
const isFollowed = ({ state }: GenerationShown): boolean => state === 'live' || state === 'building';

const row = (shown: GenerationShown, head: string) => [
  shown.projection,
  shown.version,
  shown.generation,
  shown.stopped === null ? shown.state : `${shown.state}, stopped`,
  shown.position,
  isFollowed(shown) ? behind(head, shown.position) : null,
  shown.writer === null ? null : `process ${shown.writer.pid}`,
];

const headings = ['PROJECTION', 'VERSION', 'GENERATION', 'STATE', 'POSITION', 'BEHIND', 'WRITTEN BY'];

export const addProjectionsList: Register = (parent) => {
  answering(
    parent
      .command('list')
      .description('List the documents that lie in the store, by projection and generation.'),
    ['darkroom projections list', 'darkroom projections list --json'],
    ({ output }) =>
      withStores(async ({ log, bareDocuments }) => {
        const head = await log.head();
        const found = await readOverview(bareDocuments, projections);
        output.result({ head, generations: found });
        output.table(
          headings,
          found.map((each) => row(each, head)),
        );
        return exitCode.done;
      }),
  );
};

/** What whoever runs it can do. */
const adviceFor = (shown: GenerationShown, logId: string): readonly string[] => {
  const { projection, state, stopped, writer, logId: of } = shown;
  const title = `${projection}, generation ${shown.generation} (${state})`;
  if (stopped !== null)
    return [
      `${title} has stopped: ${stopped.reason}`,
      `  Run a release that can digest the event; or leave it out: darkroom projections skip ${projection} --position ${stopped.position} --reason "…"`,
    ];
  if (of !== null && of !== logId && state !== 'old')
    return [`${title} is of another event log. Build it again: darkroom projections rebuild ${projection}`];
  if (state === 'live' && writer === null)
    return [`${title} is written by nobody. Start a server: darkroom serve`];
  if (state === 'building' && writer === null)
    return [`${title} was interrupted. Go on with it: darkroom projections rebuild ${projection}`];
  return [];
};

export const addProjectionsStatus: Register = (parent) => {
  answering(
    parent
      .command('status')
      .argument('[names...]', 'of these projections; of all where none is named')
      .description(
        'Say how far the documents are, what has stopped and why, and what to do. Exit code 3 where something has.',
      ),
    ['darkroom projections status', 'darkroom projections status messages jobs'],
    ({ words, output }) =>
      withStores(async ({ log, bareDocuments }) => {
        const wanted = new Set(words.map((name) => projectionNamed(name).name));
        const head = await log.head();
        const found = (await readOverview(bareDocuments, projections)).filter(
          ({ projection, state }) =>
            (wanted.size === 0 || wanted.has(projection)) && state !== 'old' && state !== 'newer',
        );
        const advice = found.flatMap((each) => adviceFor(each, log.logId));
        output.result({ head, generations: found, advice });
        output.line(`The log is at ${head}.`);
        output.table(
          headings,
          found.map((each) => row(each, head)),
        );
        for (const each of advice) output.line(each.startsWith(' ') ? each : output.style('yellow', each));
        return found.some(({ stopped }) => stopped !== null) ? exitCode.found : exitCode.done;
      }),
  );
};
