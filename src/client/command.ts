import type { WantedImage } from '../commands/commands.ts';
import type { ConversationId, JobId, MessageId, Position } from '../events/ids.ts';
import type { JsonObject } from '../events/json.ts';
import type { Job } from '../projections/model.ts';
import type { Posted } from './client.ts';
import { type HttpRequest, pathOf } from './http.ts';

/** What is done in a conversation and may wait for a connection: plain data, so that it can be kept. */
export type Command =
  | {
      readonly kind: 'post';
      readonly conversationId: ConversationId;
      /** Made before it is sent, so that the message can be found wherever it comes up again. */
      readonly messageId: MessageId;
      readonly text: string;
      readonly metadata?: JsonObject;
      readonly image?: WantedImage;
    }
  | { readonly kind: 'cancel'; readonly conversationId: ConversationId; readonly jobId: JobId }
  | { readonly kind: 'retry'; readonly conversationId: ConversationId; readonly jobId: JobId };

/** What the server answers to each. */
export interface Answers {
  readonly post: Posted;
  readonly cancel: { readonly job: Job; readonly position: Position };
  readonly retry: { readonly job: Job; readonly position: Position };
}

export type CommandOf<Kind extends Command['kind']> = Extract<Command, { readonly kind: Kind }>;

/** The request that a command is. */
export const requestOf = (command: Command): HttpRequest => {
  if (command.kind !== 'post')
    return { method: 'POST', path: pathOf('jobs', command.jobId, command.kind), body: {} };
  const { kind, conversationId, ...body } = command;
  return { method: 'POST', path: pathOf('conversations', conversationId, 'messages'), body };
};
