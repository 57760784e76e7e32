import { type Operation, ok, operation } from '../operation.ts';
import type { HttpApiParts } from '../parts.ts';
import { made, readingOf, whenReadable } from '../reading.ts';
import { readingPastOf } from '../readingPast.ts';
import {
  asOfQuery,
  conversationParams,
  newConversation,
  newParticipant,
  newTitle,
  pageQuery,
  participantParams,
} from '../schemas.ts';

export const conversationOperations = (parts: HttpApiParts): readonly Operation[] => {
  const { commands, readModel } = parts;
  const readingPast = readingPastOf(parts);
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
      query: asOfQuery,
      async answer({ context: { principal }, params, query: { asOf } }) {
        if (asOf === undefined) return ok({ conversation: await reading.conversation(principal, params.id) });
        const at = await readingPast.positionOf(asOf);
        return ok({ conversation: await readingPast.conversation(principal, params.id, at), asOf: at });
      },
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
