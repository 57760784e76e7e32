import { describe, expect, it } from 'vitest';
import { type ConversationCommand, conversationDecider } from '../../../src/commands/conversation.ts';
import type { ConversationEvent } from '../../../src/events/conversation.ts';
import type { UserId } from '../../../src/events/ids.ts';
import type { Person } from '../../../src/events/metadata.ts';
import { ada, ben, conversationNumber } from '../../support/happened.ts';
import { named, type Outcome, specificationOf } from '../../support/specification.ts';

const conversationId = conversationNumber(1);
const given = specificationOf(conversationDecider, `conversation-${conversationId}`);
const cleo: Person = { id: 'cleo' as UserId, name: 'Cleo' };

const started = (title = 'Harbour', startedBy = ada): ConversationEvent => ({
  type: 'ConversationStarted',
  data: { conversationId, title, startedBy },
});
const renamed = (title: string): ConversationEvent => ({ type: 'ConversationRenamed', data: { title } });
const joined = (participant: Person): ConversationEvent => ({
  type: 'ParticipantJoined',
  data: { participant },
});
const left = (participant: Person): ConversationEvent => ({ type: 'ParticipantLeft', data: { participant } });
const archived: ConversationEvent = { type: 'ConversationArchived', data: {} };

const start = (
  others: readonly Person[] = [ben],
  title = 'Harbour',
  startedBy = ada,
): ConversationCommand => ({
  type: 'start',
  ...{ conversationId, title, startedBy, others },
});
const rename = (title: string): ConversationCommand => ({ type: 'rename', title });
const add = (participant: Person): ConversationCommand => ({ type: 'add', participant });
const remove = (userId: UserId): ConversationCommand => ({ type: 'remove', userId });
const archive: ConversationCommand = { type: 'archive' };

const commands = {
  'to be started as it was': start(),
  'to be started by Ben': start([ada], 'Harbour', ben),
  'to be renamed': rename('Pier'),
  'to keep its title': rename('Harbour'),
  'to add Cleo': add(cleo),
  'to add Ben': add(ben),
  'to remove Ben': remove(ben.id),
  'to remove Cleo': remove(cleo.id),
  'to be archived': archive,
} as const satisfies Record<string, ConversationCommand>;
type Asked = keyof typeof commands;

const beginning = [started(), joined(ada), joined(ben)];

const situations = {
  'does not exist': [],
  'is open': [beginning],
  'has been renamed, and Ben has left for Cleo': [beginning, [renamed('Pier')], [left(ben)], [joined(cleo)]],
  'is archived': [beginning, [archived]],
} as const satisfies Record<string, readonly (readonly ConversationEvent[])[]>;
type Situation = keyof typeof situations;

const outcomes: Record<Situation, Record<Asked, Outcome<ConversationEvent>>> = {
  'does not exist': {
    'to be started as it was': beginning,
    'to be started by Ben': [started('Harbour', ben), joined(ben), joined(ada)],
    'to be renamed': 'not_found',
    'to keep its title': 'not_found',
    'to add Cleo': 'not_found',
    'to add Ben': 'not_found',
    'to remove Ben': 'not_found',
    'to remove Cleo': 'not_found',
    'to be archived': 'not_found',
  },
  'is open': {
    'to be started as it was': [],
    'to be started by Ben': 'id_taken',
    'to be renamed': [renamed('Pier')],
    'to keep its title': [],
    'to add Cleo': [joined(cleo)],
    'to add Ben': [],
    'to remove Ben': [left(ben)],
    'to remove Cleo': [],
    'to be archived': [archived],
  },
  'has been renamed, and Ben has left for Cleo': {
    'to be started as it was': [],
    'to be started by Ben': 'id_taken',
    'to be renamed': [],
    'to keep its title': [renamed('Harbour')],
    'to add Cleo': [],
    'to add Ben': [joined(ben)],
    'to remove Ben': [],
    'to remove Cleo': [left(cleo)],
    'to be archived': [archived],
  },
  'is archived': {
    'to be started as it was': [],
    'to be started by Ben': 'id_taken',
    'to be renamed': 'conversation_archived',
    'to keep its title': 'conversation_archived',
    'to add Cleo': 'conversation_archived',
    'to add Ben': 'conversation_archived',
    'to remove Ben': 'conversation_archived',
    'to remove Cleo': 'conversation_archived',
    'to be archived': [],
  },
};

const keysOf = <Key extends string>(record: Record<Key, unknown>) => Object.keys(record) as Key[];

for (const situation of keysOf(situations))
  describe(`a conversation that ${situation}`, () => {
    for (const asked of keysOf(commands)) {
      const outcome = outcomes[situation][asked];
      it(`asked ${asked}: ${named(outcome)}`, () => {
        given(...situations[situation])
          .when(commands[asked])
          .thenThis(outcome);
      });
    }
  });

describe('starting a conversation again under its id', () => {
  const again = given(beginning, [joined(cleo)], [left(ben)]);

  it('changes nothing where title and people are those of its beginning, in any order, whoever joined or left since', () => {
    again.when(start([ben])).thenNothing();
    given([started(), joined(ada), joined(ben), joined(cleo)])
      .when(start([cleo, ben]))
      .thenNothing();
  });

  it.each([
    ['another title', start([ben], 'Pier')],
    ['fewer people', start([])],
    ['more people', start([ben, cleo])],
    ['other people', start([cleo])],
  ])('is refused with %s', (_, command) => again.when(command).thenRefused('id_taken'));

  it('is refused to a starter who has left, who may not learn what became of it', () => {
    given(beginning, [left(ada)])
      .when(start([ben]))
      .thenRefused('id_taken');
    given(beginning, [left(ada)], [joined(ada)])
      .when(start([ben]))
      .thenNothing();
  });
});

describe('whom it concerns', () => {
  it('is the conversation alone', () => {
    const { subjectOf, initial } = conversationDecider;
    expect(subjectOf(beginning, initial)).toEqual({ conversationId });
    expect(subjectOf([renamed('Pier')], given(beginning).state)).toEqual({ conversationId });
  });

  it('is told by its beginning, and by nothing before', () =>
    expect(conversationDecider.subjectOf([renamed('Pier')], conversationDecider.initial)).toEqual({}));
});
