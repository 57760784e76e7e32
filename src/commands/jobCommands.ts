import { type JobId, type Position, startOfLog } from '../events/ids.ts';
import type { EventLog } from '../events/log/eventLog.ts';
import { conversationStream, jobStream, messageStream, queueStream } from '../events/streams.ts';
import { causeOf } from './cause.ts';
import { circumstancesOf } from './circumstances.ts';
import type { CommandContext, CommandSurroundings, Commands } from './commands.ts';
import { archivedError, conversationDecider } from './conversation.ts';
import { partOf, retryIdOf } from './derivedIds.ts';
import { DomainError } from './errors.ts';
import { handle, load } from './handler.ts';
import { type JobCommand, jobDecider } from './job.ts';
import { type JobState, limitsFor } from './jobState.ts';
import { messageDecider, type PostedMessage, removedError } from './message.ts';
import { type Action, may, type Principal, permit } from './permissions.ts';
import { openDoor } from './queueLimits.ts';
import { shareLoads } from './sharedLoads.ts';
import { inTurn } from './turns.ts';

const noSuchJob = (): DomainError =>
  new DomainError('not_found', 'There is no job with this id that you can see.');

type JobCommands = Pick<Commands, 'cancelJob' | 'cancelJobs' | 'retryJob' | 'prioritizeJob'>;

export const jobCommands = (log: EventLog, surroundings: CommandSurroundings): JobCommands => {
  const handling = { ...surroundings, log };
  const { door = openDoor } = surroundings;
  const loadConversation = shareLoads(log, conversationDecider);

  /** The job, and the message that asked for it. */
  const locate = async (id: JobId) => {
    const { state: job } = await load(log, jobStream(id), jobDecider);
    const known = job.status === 'none' ? null : (job.details?.messageId ?? null);
    const messageId = known ?? (await surroundings.locateJob(id));
    if (messageId === null) throw noSuchJob();
    const { state: message } = await load(log, messageStream(messageId), messageDecider);
    if (message.status === 'none') throw noSuchJob();
    return { job, message };
  };

  /** The same with the conversation around them, if this person may do this to the job. */
  const permitted = async (action: Action, by: Principal, id: JobId) => {
    const { job, message } = await locate(id);
    const { conversationId, author } = message.posted;
    const { state: around } = await loadConversation(conversationStream(conversationId));
    permit(action, by, { ...circumstancesOf(around), author: author.id }, noSuchJob);
    return { job, message, around };
  };

  const run = (
    context: CommandContext,
    id: JobId,
    { conversationId, messageId, author }: PostedMessage,
    command: JobCommand,
    permit: (job: JobState) => unknown,
  ) => {
    const subject = { conversationId, messageId, jobId: id, ownerId: author.id };
    const cause = { ...causeOf(context), subject };
    return handle(handling, jobDecider, jobStream(id), command, cause, permit);
  };

  const change = async (action: Action, context: CommandContext, id: JobId, command: JobCommand) => {
    const { message } = await locate(id);
    return run(context, id, message.posted, command, () => permitted(action, context.principal, id));
  };

  const cancel = (context: CommandContext, id: JobId) => {
    const { id: userId, name } = context.principal;
    return change('cancelJob', context, id, { type: 'cancel', by: { id: userId, name } });
  };

  return {
    cancelJob: async (context, id) => ({ position: (await cancel(context, id)).position }),
    async cancelJobs(context, ids) {
      const once = [...new Set(ids)];
      // Whether all of them are there is found before any is cancelled.
      for (const id of once) await permitted('cancelJob', context.principal, id);
      const cancelled: JobId[] = [];
      let position: Position = startOfLog;
      for (const id of once) {
        const handled = await cancel({ ...context, commandId: partOf(context.commandId, id) }, id);
        if (handled.facts.length > 0) cancelled.push(id);
        if (handled.position > position) position = handled.position;
      }
      return { cancelled, position: position === startOfLog ? await log.head() : position };
    },
    async retryJob(context, id) {
      const { principal } = context;
      const { posted } = (await locate(id)).message;
      const { conversationId, messageId, author: owner, image } = posted;
      if (image === null) throw noSuchJob();
      const { request } = image;
      const priority = may('prioritizeJob', principal) ? image.priority : Math.min(image.priority, 0);
      const limits = limitsFor(request, surroundings.jobLimits);
      const jobId = retryIdOf(id);
      const asked = { jobId, conversationId, messageId, owner, request, limits, priority };
      // One at a time, each after the one before it can be read: else all would be let in as the last.
      return inTurn(log, queueStream, async () => {
        await door.catchUp();
        const round = await door.roundFor(owner.id, priority);
        const again = { type: 'queue', ...asked, round, retryOf: id } as const;
        const { position } = await run(context, jobId, posted, again, async (retried) => {
          const { job, message, around } = await permitted('retryJob', principal, id);
          if (job.status !== 'failed' && job.status !== 'cancelled')
            throw new DomainError('job_not_retryable', 'Only a failed or cancelled job can be tried again.');
          if (around.status === 'archived') throw archivedError();
          if (message.status === 'removed') throw removedError();
          // Two clicks make one job: the second finds it there.
          if (retried.status === 'none') await door.permitOneMore(owner.id);
        });
        return { jobId, position };
      });
    },
    async prioritizeJob(context, id, priority) {
      const { position } = await change('prioritizeJob', context, id, { type: 'prioritize', priority });
      return { position };
    },
  };
};
