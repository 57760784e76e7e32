import type { Event, EventType } from './catalogue.ts';

/** What clients are told of. A type that isn't here is no event of any scope. */
const publicTypes = {
  ConversationStarted: true,
  ConversationRenamed: true,
  ParticipantJoined: true,
  ParticipantLeft: true,
  ConversationArchived: true,
  MessagePosted: true,
  MessageEdited: true,
  MessageMetadataMerged: true,
  MessageRemoved: true,
  JobQueued: true,
  JobRefused: true,
  JobStarted: true,
  JobSubmitted: false,
  JobProgressed: true,
  JobCompleted: true,
  JobFailed: true,
  JobRequeued: true,
  JobPrioritized: true,
  JobCancelled: true,
  JobResultDiscarded: false,
  QueuePaused: true,
  QueueResumed: true,
  EngineFailed: false,
  EngineSucceeded: false,
  CircuitOpened: false,
  CircuitHalfOpened: false,
  CircuitClosed: false,
  CommandRefused: false,
  ProjectionActivated: false,
  EventSkipped: false,
  PersonErased: false,
  LogIdentified: false,
  LogRestored: false,
  LogSealed: false,
  ImagesCollected: false,
} as const satisfies Record<EventType, boolean>;

export const isPublic = (type: EventType): boolean => publicTypes[type];

/** The event as clients see it: its public envelope and its data, whatever else it carries. */
export const publicEvent = (event: Event): Event => {
  const { type, data, position, schema, at, actor, conversationId, messageId, jobId, revision } = event;
  return {
    position,
    type,
    schema,
    at,
    actor,
    ...(conversationId === undefined ? {} : { conversationId }),
    ...(messageId === undefined ? {} : { messageId }),
    ...(jobId === undefined ? {} : { jobId }),
    revision,
    data,
  } as Event;
};
