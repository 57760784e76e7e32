import type { Principal } from '../../../commands/permissions.ts';
import type { ConversationId, MessageId, Position } from '../../../events/ids.ts';
import type { Message } from '../../../projections/model.ts';
import { invalidInput } from '../../problems.ts';
import { type Operation, ok, operation } from '../operation.ts';
import type { HttpApiParts } from '../parts.ts';
import { made, readingOf, whenReadable } from '../reading.ts';
import { readingPastOf } from '../readingPast.ts';
import {
  asOfQuery,
  conversationParams,
  messageParams,
  messagesQuery,
  metadataPatch,
  newMessage,
  newText,
} from '../schemas.ts';

/** What a person writes, and what they read of it. */
export const messageOperations = (parts: HttpApiParts): readonly Operation[] => {
  const { commands, readModel, config } = parts;
  const reading = readingOf(readModel);
  const readingPast = readingPastOf(parts);

  /** As a command's answer shows it: the place is told by GET alone. */
  const changed = async (id: MessageId, position: Position): Promise<Message> => {
    await whenReadable(readModel, position);
    const message = made(await readModel.message(id), 'message');
    const { image } = message;
    return image === null ? message : { ...message, image: { ...image, place: null } };
  };

  /** A page can only begin or end at a message of that conversation. */
  const refuseForeign = async (of: ConversationId, name: 'before' | 'after', id: MessageId | undefined) => {
    if (id === undefined) return;
    if ((await readModel.message(id))?.conversationId !== of)
      throw invalidInput([{ path: name, message: 'must be the id of a message of this conversation' }]);
  };

  const pageOf = async (
    who: Principal,
    of: ConversationId,
    query: Parameters<typeof readModel.messages>[1],
  ) => {
    await reading.conversation(who, of);
    await refuseForeign(of, 'before', query.before);
    await refuseForeign(of, 'after', query.after);
    // Read first: the page may be newer than it, never older.
    const asOf = await readModel.position();
    return { ...(await readModel.messages(of, query)), asOf };
  };

  return [
    operation({
      method: 'post',
      path: '/conversations/:id/messages',
      params: conversationParams,
      body: newMessage(config.JOB_TIMEOUT_MS),
      asksForPicture: ({ image }) => image !== undefined,
      async answer({ context, params, body }) {
        const { messageId, jobId, position } = await commands.postMessage(context, params.id, body);
        const message = await changed(messageId, position);
        return {
          status: 202,
          headers: { Location: `/api/v1/messages/${messageId}` },
          body: { message, ...(jobId === null ? {} : { job: { jobId } }), position },
        };
      },
    }),
    operation({
      method: 'get',
      path: '/conversations/:id/messages',
      params: conversationParams,
      query: messagesQuery,
      async answer({ context: { principal }, params, query: { asOf, ...query } }) {
        if (asOf === undefined) return ok(await pageOf(principal, params.id, query));
        await refuseForeign(params.id, 'before', query.before);
        await refuseForeign(params.id, 'after', query.after);
        const at = await readingPast.positionOf(asOf);
        return ok({ ...(await readingPast.messages(principal, params.id, at, query)), asOf: at });
      },
    }),
    operation({
      method: 'get',
      path: '/messages/:id',
      params: messageParams,
      query: asOfQuery,
      async answer({ context: { principal }, params, query: { asOf } }) {
        if (asOf === undefined) return ok({ message: await reading.message(principal, params.id) });
        const at = await readingPast.positionOf(asOf);
        return ok({ message: await readingPast.message(principal, params.id, at), asOf: at });
      },
    }),
    operation({
      method: 'patch',
      path: '/messages/:id',
      params: messageParams,
      body: newText,
      async answer({ context, params, body }) {
        const { position } = await commands.editMessage(context, params.id, body.text);
        return ok({ message: await changed(params.id, position), position });
      },
    }),
    operation({
      method: 'patch',
      path: '/messages/:id/metadata',
      params: messageParams,
      body: metadataPatch,
      mediaTypes: ['application/merge-patch+json', 'application/json'],
      async answer({ context, params, body }) {
        const { position } = await commands.mergeMetadata(context, params.id, body);
        return ok({ message: await changed(params.id, position), position });
      },
    }),
    operation({
      method: 'delete',
      path: '/messages/:id',
      params: messageParams,
      async answer({ context, params }) {
        const { position } = await commands.removeMessage(context, params.id);
        await whenReadable(readModel, position);
        return ok({ position });
      },
    }),
  ];
};
