import { Option } from 'commander';
import { conversationId, jobId, userId } from '../events/ids.ts';
import { projections } from '../projections/all.ts';
import type { DocumentStore } from '../projections/documents/documentStore.ts';
import { jobs } from '../projections/jobs.ts';
import type { JobStatus } from '../projections/model.ts';
import { checkpointName } from '../projections/projection.ts';
import { ForeignCursor } from '../projections/reading/cursor.ts';
import { openReadModel } from '../projections/reading/openReadModel.ts';
import type { ReadModel } from '../projections/readModel.ts';
import { answering, type Register } from './command.ts';
import { exitCode } from './exitCode.ts';
import { jobHeadings, jobLines, jobRow, jobStatuses } from './jobWords.ts';
import { withStores } from './openStores.ts';
import { Refused } from './refused.ts';

/** Nothing is projected here, so nothing can be waited for. */
const nobodyProjects = {
  whenProcessed: () => Promise.reject(new Refused('Start the server: it projects the documents.')),
};

/** What people read, where a server of this release has projected the jobs. @throws Refused */
const readModelOf = async (documents: DocumentStore): Promise<ReadModel> => {
  if ((await documents.checkpoint(checkpointName(jobs))) === null)
    throw new Refused('The document store has no jobs of this release yet; start the server first.');
  return openReadModel(documents, nobodyProjects, projections);
};

interface JobsListOptions {
  readonly state?: JobStatus;
  readonly conversation?: string;
  readonly asker?: string;
  readonly limit: string;
  readonly cursor?: string;
}

const limitFrom = (typed: string): number => {
  if (!/^[1-9]\d{0,2}$/.test(typed) || Number(typed) > 200)
    throw new Refused(`--limit is a number from 1 to 200, not "${typed}".`);
  return Number(typed);
};

const conversationFrom = (typed: string | undefined) => {
  if (typed === undefined) return {};
  const conversation = conversationId.safeParse(typed).data;
  if (conversation === undefined) throw new Refused(`"${typed}" is no id of a conversation; that is a UUID.`);
  return { conversation };
};

/** The page after this one, as it is to be typed. */
const next = ({ state, conversation, asker, limit }: JobsListOptions, cursor: string): string => {
  const given = { state, conversation, asker, limit };
  const words = Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, /^[\w.:-]+$/.test(value) ? value : `'${value}'`],
  );
  return ['darkroom jobs list', ...words, '--cursor', cursor].join(' ');
};

const pageOf = async (readModel: ReadModel, options: JobsListOptions) => {
  const { state, asker, cursor } = options;
  try {
    return await readModel.jobs({
      of: asker === undefined ? null : userId.parse(asker),
      limit: limitFrom(options.limit),
      ...(state === undefined ? {} : { status: state }),
      ...conversationFrom(options.conversation),
      ...(cursor === undefined ? {} : { cursor }),
    });
  } catch (cause) {
    if (!(cause instanceof ForeignCursor)) throw cause;
    throw new Refused('The cursor is not one of this list; give the same filters with it as before.', {
      cause,
    });
  }
};

export const addJobsList: Register = (parent) => {
  answering<JobsListOptions>(
    parent
      .command('list')
      .description('List pictures that were asked for, the newest first.')
      .addOption(new Option('--state <state>', 'that are in this state').choices(jobStatuses))
      .option('--conversation <id>', 'in this conversation')
      .option('--asker <user>', 'that this person asked for')
      .option('--limit <number>', 'at most so many, up to 200', '50')
      .option('--cursor <cursor>', 'go on where the page before ended'),
    ['darkroom jobs list --state running', 'darkroom jobs list --asker auth0|5f7c8ec7 --state failed --json'],
    ({ options, output }) =>
      withStores(async ({ documents }) => {
        const page = await pageOf(await readModelOf(documents), options);
        output.result(page);
        if (page.items.length === 0) output.line('There are none.');
        else output.table(jobHeadings, page.items.map(jobRow));
        if (page.nextCursor !== null) output.line(`There are more: ${next(options, page.nextCursor)}`);
        return exitCode.done;
      }),
  );
};

export const addJobsShow: Register = (parent) => {
  answering(
    parent
      .command('show')
      .argument('<job>', 'its id')
      .description('Tell how a job stands, what was asked for, what it took and what came of it.'),
    ['darkroom jobs show 0193f6a2-…', 'darkroom jobs show 0193f6a2-… --json'],
    ({ words: [typed = ''], output }) =>
      withStores(async ({ documents }) => {
        const id = jobId.safeParse(typed).data;
        if (id === undefined) throw new Refused(`"${typed}" is no id of a job; that is a UUID.`);
        const job = await (await readModelOf(documents)).job(id);
        if (job === null) throw new Refused(`There is no job ${id}.`);
        output.result({ job });
        const [first = '', ...others] = jobLines(job);
        for (const line of [output.style('bold', first), ...others]) output.line(line);
        return exitCode.done;
      }),
  );
};
