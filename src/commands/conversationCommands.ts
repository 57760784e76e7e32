import type { ConversationId, UserId } from '../events/ids.ts';
import type { EventLog } from '../events/log/eventLog.ts';
import type { Person } from '../events/metadata.ts';
import { conversationStream } from '../events/streams.ts';
import { causeOf } from './cause.ts';
import { permitIn } from './circumstances.ts';
import type { CommandContext, CommandSurroundings, Commands } from './commands.ts';
import { type ConversationCommand, conversationDecider } from './conversation.ts';
import { conversationIdOf } from './derivedIds.ts';
import { handle } from './handler.ts';
import type { Action, Circumstances } from './permissions.ts';

type ConversationCommands = Pick<
  Commands,
  'startConversation' | 'renameConversation' | 'addParticipant' | 'removeParticipant' | 'archiveConversation'
>;

export const conversationCommands = (
  log: EventLog,
  surroundings: CommandSurroundings,
): ConversationCommands => {
  const handling = { ...surroundings, log };
  const change = async (
    action: Action,
    context: CommandContext,
    id: ConversationId,
    command: ConversationCommand,
    more: Circumstances = {},
  ) => {
    const { position } = await handle(
      handling,
      conversationDecider,
      conversationStream(id),
      command,
      causeOf(context),
      (conversation) => permitIn(action, context.principal, conversation, more),
    );
    return { position };
  };

  const named = async (id: UserId): Promise<Person> => ({ id, name: await surroundings.nameOf(id) });

  return {
    async startConversation(context, { conversationId: given, title = '', participants = [] }) {
      const { id, name } = context.principal;
      const conversationId = given ?? conversationIdOf(context.commandId);
      const others = await Promise.all([...new Set(participants)].filter((other) => other !== id).map(named));
      const command = { type: 'start', conversationId, title, startedBy: { id, name }, others } as const;
      const stream = conversationStream(conversationId);
      const { position } = await handle(handling, conversationDecider, stream, command, causeOf(context));
      return { conversationId, position };
    },
    renameConversation: (context, id, title) =>
      change('renameConversation', context, id, { type: 'rename', title }),
    addParticipant: async (context, id, userId) =>
      change('addParticipant', context, id, { type: 'add', participant: await named(userId) }),
    removeParticipant: (context, id, userId) =>
      change('removeParticipant', context, id, { type: 'remove', userId }, { participant: userId }),
    archiveConversation: (context, id) => change('archiveConversation', context, id, { type: 'archive' }),
  };
};
