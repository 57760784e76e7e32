import { describe, expect, it } from 'vitest';
import { type MessageCommand, messageDecider, type PostedMessage } from '../../../src/commands/message.ts';
import type { JsonObject } from '../../../src/events/json.ts';
import type { MessageEvent } from '../../../src/events/message.ts';
import { ada, ben, conversationNumber, jobNumber, messageNumber, request } from '../../support/happened.ts';
import { named, type Outcome, specificationOf } from '../../support/specification.ts';

const messageId = messageNumber(1);
const conversationId = conversationNumber(1);
const given = specificationOf(messageDecider, `message-${messageId}`);

const plain: PostedMessage = {
  ...{ messageId, conversationId, author: ada, text: 'Hello', metadata: { mood: 'calm' }, image: null },
};
const withPicture: PostedMessage = { ...plain, image: { jobId: jobNumber(1), request, priority: 0 } };

const posted = (message = plain): MessageEvent => ({ type: 'MessagePosted', data: message });
const edited = (text: string): MessageEvent => ({ type: 'MessageEdited', data: { text } });
const merged = (patch: JsonObject): MessageEvent => ({ type: 'MessageMetadataMerged', data: { patch } });
const removed: MessageEvent = { type: 'MessageRemoved', data: {} };

const post = (message = plain, seedLeftOpen = false): MessageCommand => ({
  type: 'post',
  ...{ message, seedLeftOpen },
});
const edit = (text: string): MessageCommand => ({ type: 'edit', text });
const merge = (patch: JsonObject): MessageCommand => ({ type: 'merge', patch });
const remove: MessageCommand = { type: 'remove' };

const commands = {
  'to be posted as it was': post(),
  'to be posted with another text': post({ ...plain, text: 'Hello?' }),
  'to be edited': edit('Good night'),
  'to keep its text': edit('Hello'),
  'to take metadata': merge({ mood: null, stars: 3 }),
  'to keep its metadata': merge({ mood: 'calm', stars: null }),
  'to be removed': remove,
} as const satisfies Record<string, MessageCommand>;
type Asked = keyof typeof commands;

const situations = {
  'does not exist': [],
  'is posted': [posted()],
  'has been edited and given metadata': [posted(), edited('Good night'), merged({ mood: null, stars: 3 })],
  'is removed': [posted(), removed],
} as const satisfies Record<string, readonly MessageEvent[]>;
type Situation = keyof typeof situations;

const outcomes: Record<Situation, Record<Asked, Outcome<MessageEvent>>> = {
  'does not exist': {
    'to be posted as it was': [posted()],
    'to be posted with another text': [posted({ ...plain, text: 'Hello?' })],
    'to be edited': 'not_found',
    'to keep its text': 'not_found',
    'to take metadata': 'not_found',
    'to keep its metadata': 'not_found',
    'to be removed': 'not_found',
  },
  'is posted': {
    'to be posted as it was': [],
    'to be posted with another text': 'id_taken',
    'to be edited': [edited('Good night')],
    'to keep its text': [],
    'to take metadata': [merged({ mood: null, stars: 3 })],
    'to keep its metadata': [],
    'to be removed': [removed],
  },
  'has been edited and given metadata': {
    'to be posted as it was': [],
    'to be posted with another text': 'id_taken',
    'to be edited': [],
    'to keep its text': [edited('Hello')],
    'to take metadata': [],
    'to keep its metadata': [merged({ mood: 'calm', stars: null })],
    'to be removed': [removed],
  },
  'is removed': {
    'to be posted as it was': [],
    'to be posted with another text': 'id_taken',
    'to be edited': 'message_removed',
    'to keep its text': 'message_removed',
    'to take metadata': 'message_removed',
    'to keep its metadata': 'message_removed',
    'to be removed': [],
  },
};

const keysOf = <Key extends string>(record: Record<Key, unknown>) => Object.keys(record) as Key[];

for (const situation of keysOf(situations))
  describe(`a message that ${situation}`, () => {
    for (const asked of keysOf(commands)) {
      const outcome = outcomes[situation][asked];
      it(`asked ${asked}: ${named(outcome)}`, () => {
        given(situations[situation]).when(commands[asked]).thenThis(outcome);
      });
    }
  });

describe('posting a message again under its id', () => {
  const again = given([posted(withPicture)]);
  const seeded = (seed: number): PostedMessage => ({
    ...withPicture,
    image: { jobId: jobNumber(1), request: { ...request, seed }, priority: 0 },
  });

  it('changes nothing where the seed was left open both times, whatever seed was chosen', () =>
    again.when(post(seeded(8), true)).thenNothing());
  it('changes nothing where only the name of the author has changed', () =>
    again.when(post({ ...withPicture, author: { ...ada, name: 'Ada Lovelace' } })).thenNothing());
  it('changes nothing where metadata says zero as minus zero, which the log keeps as zero', () =>
    given([posted({ ...plain, metadata: { stars: 0 } })])
      .when(post({ ...plain, metadata: { stars: -0 } }))
      .thenNothing());

  it.each([
    ['another seed', post(seeded(8))],
    ['no picture', post(plain)],
    ['other metadata', post({ ...withPicture, metadata: {} })],
    ['another author', post({ ...withPicture, author: ben })],
    ['another conversation', post({ ...withPicture, conversationId: conversationNumber(2) })],
  ])('is refused with %s', (_, command) => again.when(command).thenRefused('id_taken'));
});

describe('metadata', () => {
  const nested = (depth: number): JsonObject => (depth === 1 ? {} : { a: nested(depth - 1) });
  /** As JSON `{"<key>":"aaa…"}`, of so many bytes. */
  const sized = (bytes: number, key = 'a'): JsonObject => ({ [key]: 'a'.repeat(bytes - key.length - 7) });
  const half = 32_768;

  it('may be 64 KB once a change is merged in, and not a byte more', () => {
    const before = given([posted({ ...plain, metadata: sized(half, 'a') })]);
    before.when(merge(sized(half + 1, 'b'))).then([merged(sized(half + 1, 'b'))]);
    before.when(merge(sized(half + 2, 'b'))).thenRefused('metadata_too_large');
  });

  it('can be made smaller where it is full', () =>
    given([posted({ ...plain, metadata: sized(65_536) })])
      .when(merge({ a: null }))
      .then([merged({ a: null })]));

  it('never gets too deep by a change, for a change is no deeper than it may be itself', () => {
    given([posted()])
      .when(merge(nested(16)))
      .then([merged(nested(16))]);
  });

  it.each([
    ['names a prototype', JSON.parse('{ "__proto__": null }') as JsonObject],
    ['is too deep', nested(17)],
    ['is deeper than any stack', nested(5_000)],
    ['is too large', sized(65_537)],
  ])('is handed on to the schema, to be refused there, where the change itself %s', (_, patch) =>
    expect(messageDecider.decide(merge(patch), given([posted()]).state)).toHaveLength(1),
  );
});

describe('whom it concerns', () => {
  const { subjectOf, initial } = messageDecider;

  it('is the conversation and the message', () => {
    expect(subjectOf([posted()], initial)).toEqual({ conversationId, messageId });
    expect(subjectOf([removed], given([posted(), removed]).state)).toEqual({ conversationId, messageId });
  });

  it('is told by the message once it is posted, and by nothing before', () =>
    expect(subjectOf([edited('Hi')], initial)).toEqual({}));

  it('is its author where its text is changed, whoever does it: what stands there then is theirs', () =>
    expect(subjectOf([edited('Hi')], given([posted(withPicture)]).state)).toEqual({
      ...{ conversationId, messageId, authorId: ada.id },
    }));

  it('is the job too, from the moment at which a picture is asked for', () =>
    expect(subjectOf([posted(withPicture)], initial)).toEqual({
      ...{ conversationId, messageId, jobId: jobNumber(1), ownerId: ada.id },
    }));
});
