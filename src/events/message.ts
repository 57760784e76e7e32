import { z } from 'zod';
import { defineEvents, type EventOf } from './define.ts';
import { conversationId, jobId, messageId } from './ids.ts';
import { imageRequest } from './imageRequest.ts';
import { metadataObject, personal, text } from './json.ts';
import { person } from './metadata.ts';

export const messageText = personal(text(16_000));
export const messageMetadata = personal(metadataObject);

/** Stream `message-<id>`. */
export const messageEvents = defineEvents({
  MessagePosted: {
    version: 1,
    data: z.strictObject({
      messageId,
      conversationId,
      author: person,
      text: messageText,
      metadata: messageMetadata,
      /** The picture asked for, and the id that its job will have: UUIDv5(message id, 'job'). */
      image: z.strictObject({ jobId, request: imageRequest, priority: z.int().min(-10).max(10) }).nullable(),
    }),
  },
  MessageEdited: { version: 1, data: z.strictObject({ text: messageText }) },
  /** A JSON Merge Patch (RFC 7396). */
  MessageMetadataMerged: { version: 1, data: z.strictObject({ patch: messageMetadata }) },
  MessageRemoved: { version: 1, data: z.strictObject({}) },
});
export type MessageEvent = EventOf<typeof messageEvents>;
