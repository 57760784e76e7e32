import { type Operation, ok, operation } from '../operation.ts';
import type { HttpApiParts } from '../parts.ts';
import { made, readingOf, whenReadable } from '../reading.ts';
import {
  conversationParams,
  newConversation,
  newParticipant,
  newTitle,
  pageQuery,
  participantParams,
} from '../schemas.ts';

export const conversationOperations = ({ commands, readModel }: HttpApiParts): readonly Operation[] => {
  const reading = readingOf(readModel);
  return [
    operation({
      method: 'post',
      path: '/conversations',
      body: newConversation,
      async answer({ context, body }) {
        const { conversationId, position } = await commands.startConversation(context, body);
        await whenReadable(readModel, position);
        const conversation = made(await readModel.conversation(conversationId), 'conversation');
        return {
          status: 201,
          headers: { Location: `/api/v1/conversations/${conversationId}` },
          body: { conversation, position },
        };
      },
    }),
    operation({
      method: 'get',
      path: '/conversations',
      query: pageQuery,
      answer: async ({ context, query }) => ok(await readModel.conversations(context.principal.id, query)),
    }),
    operation({
      method: 'get',
      path: '/conversations/:id',
      params: conversationParams,
      answer: async ({ context, params }) =>
        ok({ conversation: await reading.conversation(context.principal, params.id) }),
    }),
    operation({
      method: 'patch',
      path: '/conversations/:id',
      params: conversationParams,
      body: newTitle,
      async answer({ context, params, body }) {
        const { position } = await commands.renameConversation(context, params.id, body.title);
        await whenReadable(readModel, position);
        return ok({ conversation: made(await readModel.conversation(params.id), 'conversation'), position });
      },
    }),
    operation({
      method: 'post',
      path: '/conversations/:id/participants',
      params: conversationParams,
      body: newParticipant,
      async answer({ context, params, body }) {
        const { position } = await commands.addParticipant(context, params.id, body.userId);
        await whenReadable(readModel, position);
        return ok({ position });
      },
    }),
    operation({
      method: 'delete',
      path: '/conversations/:id/participants/:userId',
      params: participantParams,
      async answer({ context, params }) {
        const { position } = await commands.removeParticipant(context, params.id, params.userId);
        await whenReadable(readModel, position);
        return ok({ position });
      },
    }),
    operation({
      method: 'post',
      path: '/conversations/:id/archive',
      params: conversationParams,
      async answer({ context, params }) {
        const { position } = await commands.archiveConversation(context, params.id);
        await whenReadable(readModel, position);
        return ok({ position });
      },
    }),
  ];
};
