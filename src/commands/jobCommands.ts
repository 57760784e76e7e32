import { type JobId, type Position, startOfLog } from '../events/ids.ts';
import type { EventLog } from '../events/log/eventLog.ts';
import type { Person } from '../events/metadata.ts';
import { conversationStream, jobStream, messageStream } from '../events/streams.ts';
import { causeOf } from './cause.ts';
import { circumstancesOf } from './circumstances.ts';
import type { CommandContext, CommandSurroundings, Commands } from './commands.ts';
import { archivedError, conversationDecider } from './conversation.ts';
import { partOf, retryIdOf } from './derivedIds.ts';
import { DomainError } from './errors.ts';
import { handle, load } from './handler.ts';
import { type JobCommand, jobDecider } from './job.ts';
import { limitsFor } from './jobState.ts';
import { messageDecider, type PostedMessage, removedError } from './message.ts';
import { type Action, type Principal, permit } from './permissions.ts';

const noSuchJob = (): DomainError =>
  new DomainError('not_found', 'There is no job with this id that you can see.');

type JobCommands = Pick<Commands, 'cancelJob' | 'cancelJobs' | 'retryJob' | 'prioritizeJob'>;

export const jobCommands = (
  log: EventLog,
  { now, locateJob, jobLimits }: CommandSurroundings,
): JobCommands => {
  /** The job and the message that asked for it, read from the log, if this person may do this to them. */
  const permitted = async (action: Action, by: Principal, id: JobId) => {
    const { state: job } = await load(log, jobStream(id), jobDecider);
    const known = job.status === 'none' ? null : (job.details?.messageId ?? null);
    const messageId = known ?? (await locateJob(id));
    if (messageId === null) throw noSuchJob();
    const { state: message } = await load(log, messageStream(messageId), messageDecider);
    if (message.status === 'none') throw noSuchJob();
    const { conversationId, author } = message.posted;
    const { state: around } = await load(log, conversationStream(conversationId), conversationDecider);
    permit(action, by, { ...circumstancesOf(around), author: author.id }, noSuchJob);
    return { job, message, around };
  };

  const run = (
    context: CommandContext,
    id: JobId,
    { conversationId, messageId, author }: PostedMessage,
    command: JobCommand,
  ) => {
    const subject = { conversationId, messageId, jobId: id, ownerId: author.id };
    return handle({ log, now }, jobDecider, jobStream(id), command, { ...causeOf(context), subject });
  };

  const cancel = async (context: CommandContext, id: JobId) => {
    const { id: userId, name } = context.principal;
    const { message } = await permitted('cancelJob', context.principal, id);
    return run(context, id, message.posted, { type: 'cancel', by: { id: userId, name } });
  };

  return {
    cancelJob: async (context, id) => ({ position: (await cancel(context, id)).position }),
    async cancelJobs(context, ids) {
      // Whether all of them are there is found before any is cancelled.
      for (const id of ids) await permitted('cancelJob', context.principal, id);
      const cancelled: JobId[] = [];
      let position: Position = startOfLog;
      for (const id of ids) {
        const handled = await cancel({ ...context, commandId: partOf(context.commandId, id) }, id);
        if (handled.facts.length > 0) cancelled.push(id);
        if (handled.position > position) position = handled.position;
      }
      return { cancelled, position: position === startOfLog ? await log.head() : position };
    },
    async retryJob(context, id) {
      const { principal } = context;
      const { job, message, around } = await permitted('retryJob', principal, id);
      if (job.status !== 'failed' && job.status !== 'cancelled')
        throw new DomainError('job_not_retryable', 'Only a failed or cancelled job can be tried again.');
      if (around.status === 'archived') throw archivedError();
      if (message.status === 'removed') throw removedError();
      const { conversationId, messageId, author, image } = message.posted;
      if (image === null) throw noSuchJob();
      const { request } = image;
      const owner: Person = author;
      const priority = principal.roles.includes('operator') ? image.priority : Math.min(image.priority, 0);
      const limits = limitsFor(request, jobLimits);
      const jobId = retryIdOf(id);
      const again = {
        jobId,
        conversationId,
        messageId,
        owner,
        request,
        limits,
        priority,
        round: 0,
        retryOf: id,
      };
      const { position } = await run(context, jobId, message.posted, { type: 'queue', ...again });
      return { jobId, position };
    },
    async prioritizeJob(context, id, priority) {
      const { message } = await permitted('changeQueue', context.principal, id);
      const { position } = await run(context, id, message.posted, { type: 'prioritize', priority });
      return { position };
    },
  };
};
