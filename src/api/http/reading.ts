import type { Principal } from '../../commands/permissions.ts';
import { may, permission } from '../../commands/permissions.ts';
import type { ConversationId, JobId, MessageId, Position } from '../../events/ids.ts';
import type { Conversation, Job, Message } from '../../projections/model.ts';
import type { ReadModel } from '../../projections/readModel.ts';
import { ReadModelBehind } from '../../projections/waiters.ts';
import { redactJob } from '../delivery/redact.ts';
import { notFound, Problem } from '../problems.ts';
import { longestWait } from './answerCall.ts';

const participantsOf = (conversation: Conversation | null): ReadonlySet<string> =>
  new Set(conversation?.participantIds ?? []);

/** What one person may read; what they may not is not there. */
export const readingOf = (readModel: ReadModel) => {
  const conversation = async (who: Principal, id: ConversationId): Promise<Conversation> => {
    const found = await readModel.conversation(id);
    if (
      found === null ||
      permission('readConversation', who, { participants: participantsOf(found) }) !== 'allowed'
    )
      throw notFound('conversation');
    return found;
  };

  const isIn = async (who: Principal, id: ConversationId): Promise<boolean> =>
    participantsOf(await readModel.conversation(id)).has(who.id);

  /** One's own job of a conversation that one has left: its state, without words and pictures. */
  const jobFor = async (who: Principal, job: Job): Promise<Job> =>
    may('readOthersJobs', who) || (await isIn(who, job.conversationId)) ? job : redactJob(job);

  const message = async (who: Principal, id: MessageId): Promise<Message> => {
    const found = await readModel.message(id);
    if (found === null || !(await isIn(who, found.conversationId))) throw notFound('message');
    return found;
  };

  const job = async (who: Principal, id: JobId): Promise<Job> => {
    const found = await readModel.job(id);
    if (found === null) throw notFound('job');
    const participants = participantsOf(await readModel.conversation(found.conversationId));
    if (permission('readJob', who, { participants, author: found.ownerId }) !== 'allowed')
      throw notFound('job');
    return jobFor(who, found);
  };

  return { conversation, isIn, message, job, jobFor };
};

/**
 * After a command: waits until it can be read. Where that takes too long the command has happened all
 * the same, and the answer says so; under the same idempotency key it is answered once it can be read.
 */
export const whenReadable = async (readModel: ReadModel, position: Position): Promise<void> => {
  try {
    await readModel.whenProcessed(position, longestWait);
  } catch (error) {
    if (!(error instanceof ReadModelBehind)) throw error;
    throw new Problem(
      'read_model_behind',
      `It is done, at position ${position}, but can not be shown yet. Repeat it with the same ` +
        `Idempotency-Key, or read it with the header Darkroom-Min-Position: ${position}.`,
      { cause: error, headers: { 'Retry-After': '1' } },
    );
  }
};

/** A document that a command has just made or changed. */
export const made = <Document>(document: Document | null, what: string): Document => {
  if (document === null) throw new Error(`the ${what} of a command is not among the documents`);
  return document;
};
