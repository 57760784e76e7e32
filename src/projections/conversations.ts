import type { Event } from '../events/catalogue.ts';
import type { Person } from '../events/metadata.ts';
import type { Conversation } from './model.ts';
import { projection } from './projection.ts';

const withParticipants = (conversation: Conversation, participants: readonly Person[]): Conversation => ({
  ...conversation,
  participants,
  participantIds: participants.map(({ id }) => id),
});

/** The conversation after an event in it, the same reference where nothing changes. */
export const foldConversation = (conversation: Conversation | null, event: Event): Conversation | null => {
  const { at, revision, position } = event;
  if (conversation === null) {
    if (event.type !== 'ConversationStarted') return null;
    const { conversationId, title, startedBy } = event.data;
    const none = { participants: [], participantIds: [], archivedAt: null };
    const times = { createdAt: at, lastActivityAt: at, lastActivityPosition: position };
    return { conversationId, title, startedBy, ...none, ...times, revision, position };
  }
  if (position <= conversation.position) return conversation;
  const { participants } = conversation;
  switch (event.type) {
    case 'ConversationRenamed':
      return { ...conversation, title: event.data.title, revision, position };
    case 'ParticipantJoined': {
      const others = participants.filter(({ id }) => id !== event.data.participant.id);
      return { ...withParticipants(conversation, [...others, event.data.participant]), revision, position };
    }
    case 'ParticipantLeft': {
      const others = participants.filter(({ id }) => id !== event.data.participant.id);
      return { ...withParticipants(conversation, others), revision, position };
    }
    case 'ConversationArchived':
      return { ...conversation, archivedAt: at, revision, position };
    case 'MessagePosted':
      return { ...conversation, lastActivityAt: at, lastActivityPosition: position, position };
    default:
      return conversation;
  }
};

export const conversations = projection<Conversation>({
  name: 'conversations',
  version: 1,
  indexes: [['participantIds', 'lastActivityPosition']],
  lists: ['participantIds'],
  // Most events are of jobs, and no job changes its conversation: those aren't looked at twice.
  keys: ({ conversationId, type }) =>
    conversationId === undefined || type.startsWith('Job') ? [] : [conversationId],
  apply: foldConversation,
});
