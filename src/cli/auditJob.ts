import type { Command } from 'commander';
import type { JobId } from '../events/ids.ts';
import { jobId } from '../events/ids.ts';
import type { Job } from '../projections/model.ts';
import type { PastEvent, Wait } from '../projections/past.ts';
import { answering } from './command.ts';
import { type ExitCode, exitCode } from './exitCode.ts';
import { type Cause, causeLines, explainJob, spanInWords, waitSentence } from './explanation.ts';
import { type OpenedPast, withPast } from './openPast.ts';
import type { Output } from './output.ts';
import { Refused } from './refused.ts';

const readId = (typed: string | undefined): JobId => {
  const id = jobId.safeParse(typed).data;
  if (id === undefined) throw new Refused(`"${typed}" is no id of a job; that is a UUID.`);
  return id;
};

const findJob = async ({ past, complete }: OpenedPast, id: JobId): Promise<Job> => {
  const job = await past.job(id, await complete());
  if (job === null) throw new Refused(`There is no job ${id} in this log.`);
  return job;
};

const allEvents = async ({ past }: OpenedPast, job: JobId): Promise<readonly PastEvent[]> => {
  const first = await past.events({ job }, 1_000);
  const events = [...first.events];
  for (let after = first.goOnAfter; after !== null; ) {
    const page = await past.events({ job, after }, 1_000);
    events.push(...page.events);
    after = page.goOnAfter;
  }
  return events;
};

const standing = ({ jobId: id, status, place, error }: Job): string => {
  const where = place === null ? '' : `, at place ${place}`;
  return `Job ${id} is ${status}${where}${error === null ? '' : `: ${error.title} (${error.code}, reference ${error.reference})`}.`;
};

interface Explained {
  readonly job: Job;
  readonly cause: Cause | null;
}

/** The job and, before it, those that it tries again, the first one first. */
const explained = async (opened: OpenedPast, id: JobId): Promise<readonly Explained[]> => {
  const job = await findJob(opened, id);
  const earlier = job.retryOf === null ? [] : await explained(opened, job.retryOf);
  const [events, waits] = [await allEvents(opened, id), await opened.past.waits(id)];
  return [...earlier, { job, cause: explainJob(events, waits) }];
};

const explain = (typed: string | undefined, output: Output): Promise<ExitCode> => {
  const id = readId(typed);
  return withPast(async (opened) => {
    const all = await explained(opened, id);
    output.result(all.map(({ job: { jobId, status, error }, cause }) => ({ jobId, status, error, cause })));
    for (const { job, cause } of all) {
      output.line(output.style('bold', standing(job)));
      for (const line of cause === null ? [] : causeLines(cause)) output.line(line);
      output.line();
    }
    return exitCode.done;
  });
};

const tellWait = (wait: Wait, output: Output): void => {
  output.line(waitSentence(wait));
  if (wait.before.length > 0)
    output.table(
      ['job', 'owner', 'priority', 'before it from', 'for', 'then'],
      wait.before.map(({ jobId, ownerId, priority, from, until, why }) => [
        ...[jobId, ownerId, priority, from],
        ...[until === null ? null : spanInWords(from, until), why],
      ]),
    );
  for (const { from, until } of wait.pauses)
    output.line(
      `The queue stood still from ${from}${until === null ? '' : ` for ${spanInWords(from, until)}`}.`,
    );
};

const tellWaits = (typed: string | undefined, output: Output): Promise<ExitCode> => {
  const id = readId(typed);
  return withPast(async (opened) => {
    const job = await findJob(opened, id);
    const waits = await opened.past.waits(id);
    output.result({ jobId: id, waits });
    output.line(output.style('bold', standing(job)));
    if (waits.length === 0) output.line('It never was in the queue.');
    for (const wait of waits) tellWait(wait, output);
    return exitCode.done;
  });
};

export const addAuditExplain = (parent: Command): void => {
  answering(
    parent
      .command('explain <job>')
      .description('Tell why a job is as it is: each cause, and what came of it.'),
    ['darkroom audit explain 0193f6a2-…'],
    ({ words, output }) => explain(words[0], output),
  );
};

export const addAuditWait = (parent: Command): void => {
  answering(
    parent
      .command('wait <job>')
      .description(
        'Tell why a job waited as long as it did: what went before it, and when the queue stood still.',
      ),
    ['darkroom audit wait 0193f6a2-…'],
    ({ words, output }) => tellWaits(words[0], output),
  );
};
