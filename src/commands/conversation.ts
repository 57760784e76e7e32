import { type ConversationEvent, conversationEvents } from '../events/conversation.ts';
import type { ConversationId, UserId } from '../events/ids.ts';
import type { Person, Subject } from '../events/metadata.ts';
import type { Decider, Happened } from './decider.ts';
import { DomainError } from './errors.ts';

/** Once archived a conversation stays as it is: nobody posts, renames, joins or leaves. */
export type ConversationState =
  | { readonly status: 'none' }
  | (StartedConversation & { readonly status: 'open' })
  | (StartedConversation & { readonly status: 'archived' });

export interface StartedConversation {
  readonly conversationId: ConversationId;
  readonly title: string;
  readonly startedBy: Person;
  readonly participants: ReadonlyMap<UserId, Person>;
  readonly beginning: Beginning;
}

/** What it was started with: who starts it again under its id, with the same, gets the first answer. */
interface Beginning {
  readonly title: string;
  readonly participants: ReadonlySet<UserId>;
  /** Of the command that started it: who joined under it was in from the start. */
  readonly causationId: string;
}

export type ConversationCommand =
  | {
      readonly type: 'start';
      readonly conversationId: ConversationId;
      readonly title: string;
      readonly startedBy: Person;
      /** Everyone else who is in from the start, each once. */
      readonly others: readonly Person[];
    }
  | { readonly type: 'rename'; readonly title: string }
  | { readonly type: 'add'; readonly participant: Person }
  | { readonly type: 'remove'; readonly userId: UserId }
  | { readonly type: 'archive' };

type Start = Extract<ConversationCommand, { type: 'start' }>;

const isConversationEvent = (event: Happened): event is Happened<ConversationEvent> =>
  Object.hasOwn(conversationEvents, event.type);

const started = (event: Happened<Extract<ConversationEvent, { type: 'ConversationStarted' }>>) => {
  const { conversationId, title, startedBy } = event.data;
  const { causationId } = event;
  const beginning = { title, participants: new Set<UserId>(), causationId };
  const participants = new Map<UserId, Person>();
  return { status: 'open', conversationId, title, startedBy, participants, beginning } as const;
};

const joined = (
  conversation: Exclude<ConversationState, { status: 'none' }>,
  event: Happened<Extract<ConversationEvent, { type: 'ParticipantJoined' }>>,
): ConversationState => {
  const { participant } = event.data;
  const participants = new Map(conversation.participants).set(participant.id, participant);
  const { beginning } = conversation;
  if (event.causationId !== beginning.causationId) return { ...conversation, participants };
  const atFirst = new Set(beginning.participants).add(participant.id);
  return {
    ...conversation,
    participants,
    beginning: { ...beginning, participants: atFirst },
  };
};

const evolve = (conversation: ConversationState, event: Happened): ConversationState => {
  if (!isConversationEvent(event)) return conversation;
  if (event.type === 'ConversationStarted')
    return conversation.status === 'none' ? started(event) : conversation;
  if (conversation.status === 'none') return conversation;
  switch (event.type) {
    case 'ConversationRenamed':
      return { ...conversation, title: event.data.title };
    case 'ParticipantJoined':
      return joined(conversation, event);
    case 'ParticipantLeft': {
      const participants = new Map(conversation.participants);
      participants.delete(event.data.participant.id);
      return { ...conversation, participants };
    }
    case 'ConversationArchived':
      return { ...conversation, status: 'archived' };
  }
};

/** By one who is still in: a starter who has left may not learn what became of it. */
const wasStartedLikeThis = (
  command: Start,
  { startedBy, beginning, participants }: StartedConversation,
): boolean => {
  const ids = new Set([command.startedBy.id, ...command.others.map(({ id }) => id)]);
  return (
    startedBy.id === command.startedBy.id &&
    participants.has(startedBy.id) &&
    beginning.title === command.title &&
    ids.size === beginning.participants.size &&
    [...ids].every((id) => beginning.participants.has(id))
  );
};

const start = (command: Start, conversation: ConversationState): ConversationEvent[] => {
  const { conversationId, title, startedBy, others } = command;
  if (conversation.status === 'none')
    return [
      { type: 'ConversationStarted', data: { conversationId, title, startedBy } },
      ...[startedBy, ...others].map(
        (participant): ConversationEvent => ({ type: 'ParticipantJoined', data: { participant } }),
      ),
    ];
  if (wasStartedLikeThis(command, conversation)) return [];
  throw new DomainError(
    'id_taken',
    'Another conversation has this id already. Choose a new id, or leave it out.',
  );
};

/** The rule that a command on an archived conversation breaks, for this and other streams' commands. */
export const archivedError = (): DomainError =>
  new DomainError('conversation_archived', 'This conversation is archived: it can be read, not changed.');

export const noSuchConversation = (): DomainError =>
  new DomainError('not_found', 'There is no conversation with this id that you can see.');

const decide = (
  command: ConversationCommand,
  conversation: ConversationState,
): readonly ConversationEvent[] => {
  if (command.type === 'start') return start(command, conversation);
  if (conversation.status === 'none') throw noSuchConversation();
  if (command.type === 'archive')
    return conversation.status === 'archived' ? [] : [{ type: 'ConversationArchived', data: {} }];
  if (conversation.status === 'archived') throw archivedError();
  const { title, participants } = conversation;
  switch (command.type) {
    case 'rename':
      return command.title === title ? [] : [{ type: 'ConversationRenamed', data: { title: command.title } }];
    case 'add': {
      const { participant } = command;
      return participants.has(participant.id) ? [] : [{ type: 'ParticipantJoined', data: { participant } }];
    }
    case 'remove': {
      const participant = participants.get(command.userId);
      return participant === undefined ? [] : [{ type: 'ParticipantLeft', data: { participant } }];
    }
  }
};

const subjectOf = ([first]: readonly ConversationEvent[], conversation: ConversationState): Subject => {
  if (conversation.status !== 'none') return { conversationId: conversation.conversationId };
  return first?.type === 'ConversationStarted' ? { conversationId: first.data.conversationId } : {};
};

export const conversationDecider: Decider<ConversationState, ConversationCommand, ConversationEvent> = {
  initial: { status: 'none' },
  evolve,
  decide,
  subjectOf,
};
