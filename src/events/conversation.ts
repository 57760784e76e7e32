import { z } from 'zod';
import { defineEvents, type EventOf } from './define.ts';
import { conversationId } from './ids.ts';
import { personal, text } from './json.ts';
import { person } from './metadata.ts';

export const title = personal(text(200, 1));

/** Stream `conversation-<id>`. Membership is ParticipantJoined and ParticipantLeft alone, the starter's too. */
export const conversationEvents = defineEvents({
  ConversationStarted: {
    version: 1,
    data: z.strictObject({ conversationId, title: personal(text(200)), startedBy: person }),
  },
  ConversationRenamed: { version: 1, data: z.strictObject({ title }) },
  ParticipantJoined: { version: 1, data: z.strictObject({ participant: person }) },
  ParticipantLeft: { version: 1, data: z.strictObject({ participant: person }) },
  ConversationArchived: { version: 1, data: z.strictObject({}) },
});
export type ConversationEvent = EventOf<typeof conversationEvents>;
