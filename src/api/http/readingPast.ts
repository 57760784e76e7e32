import { may, type Principal, permission } from '../../commands/permissions.ts';
import type { ConversationId, JobId, MessageId, Position } from '../../events/ids.ts';
import type { Conversation, Job, Message } from '../../projections/model.ts';
import type { Past, PastQueue } from '../../projections/past.ts';
import type { Page } from '../../projections/readModel.ts';
import { redactJob } from '../delivery/redact.ts';
import { notFound } from '../problems.ts';
import { longestWait } from './answerCall.ts';
import type { HttpApiParts } from './parts.ts';
import type { Moment } from './schemas.ts';

/** A message that is removed by now, as it was before, to somebody who may not see what it said. */
const withoutContent = (message: Message): Message => ({
  ...message,
  ...{ text: '', metadata: {}, image: null, removed: true },
});

/**
 * What one person may read of the past: of what they may read now, and operators and auditors of all.
 * Who may is asked of today: somebody who has left sees nothing, not even of when they were there.
 */
export const readingPastOf = ({ log, readModel, past }: Pick<HttpApiParts, 'log' | 'readModel' | 'past'>) => {
  /** A time or a position ahead of now is the head. */
  const positionOf = async (moment: Moment): Promise<Position> => {
    const head = await log.head();
    const at = 'position' in moment && moment.position < head ? moment.position : head;
    await readModel.whenProcessed(at, longestWait);
    return 'position' in moment ? at : past.positionAt(moment.time);
  };

  const participantsOf = async (id: ConversationId): Promise<ReadonlySet<string>> =>
    new Set((await readModel.conversation(id))?.participantIds ?? []);

  const mayRead = async (who: Principal, id: ConversationId): Promise<boolean> =>
    permission('readPast', who, { participants: await participantsOf(id) }) === 'allowed';

  /** Removed ones as this person may see them. */
  const shown = async (who: Principal, messages: readonly Message[]): Promise<readonly Message[]> => {
    if (may('readRemoved', who)) return messages;
    const removed = await past.removed(messages.map(({ messageId }) => messageId));
    return messages.map((message) => (removed.has(message.messageId) ? withoutContent(message) : message));
  };

  const conversation = async (who: Principal, id: ConversationId, at: Position): Promise<Conversation> => {
    const found = (await mayRead(who, id)) ? await past.conversation(id, at) : null;
    if (found === null) throw notFound('conversation');
    return found;
  };

  return {
    positionOf,
    conversation,

    async message(who: Principal, id: MessageId, at: Position): Promise<Message> {
      const found = await past.message(id, at);
      if (found === null || !(await mayRead(who, found.conversationId))) throw notFound('message');
      const [message = found] = await shown(who, [found]);
      return message;
    },

    async messages(
      who: Principal,
      of: ConversationId,
      at: Position,
      page: Parameters<Past['messages']>[2],
    ): Promise<Page<Message>> {
      await conversation(who, of, at);
      const found = await past.messages(of, at, page);
      return { ...found, items: await shown(who, found.items) };
    },

    async job(who: Principal, id: JobId, at: Position): Promise<Job> {
      const found = await past.job(id, at);
      if (found === null) throw notFound('job');
      if (await mayRead(who, found.conversationId)) return found;
      if (found.ownerId !== who.id) throw notFound('job');
      return redactJob(found);
    },

    queue: (who: Principal, limit: number, at: Position): Promise<PastQueue> => past.queue(who.id, limit, at),
  };
};
