import { describe, expect, it } from 'vitest';
import { wordsIn, wordsOf } from '../../../src/projections/words.ts';
import { ada, conversationNumber, messageNumber, openHistory } from '../../support/happened.ts';

describe('the words of a text', () => {
  it.each([
    ['Café, CAFE & café!', ['cafe']],
    ['a boat in a storm', ['a', 'boat', 'in', 'storm']],
    ['42 Ærø_x', ['42', 'ærø', 'x']],
    ['東京 tower', ['東', '京', 'tower']],
    ['🌊 …', []],
    ['x'.repeat(50), ['x'.repeat(40)]],
  ])('of %j are found whatever their case and accents', (text, words) => {
    expect(wordsOf(text)).toEqual(words);
  });
});

describe('what people wrote', () => {
  const history = openHistory();
  const posted = (text: string, metadata = {}) =>
    history.message(1, {
      type: 'MessagePosted',
      data: {
        ...{ messageId: messageNumber(1), conversationId: conversationNumber(1), author: ada },
        ...{ text, metadata, image: null },
      },
    });

  it('is found in the title, the text, the prompt and in metadata, however deep, lists among it', () => {
    const places = { mood: 'calm', tags: ['sea', { at: ['night'] }], stars: 5, sold: false, by: null };
    expect(wordsIn(posted('a boat', places))).toEqual([
      ...['a', 'boat', 'mood', 'calm', 'tags', 'sea', 'at', 'night', 'stars', 'sold', 'by'],
    ]);
    expect(wordsIn(history.message(1, { type: 'MessageMetadataMerged', data: { patch: places } }))).toContain(
      'night',
    );
    expect(wordsIn(history.message(1, { type: 'MessageEdited', data: { text: 'A ship' } }))).toEqual([
      ...['a', 'ship'],
    ]);
    expect(
      wordsIn(history.conversation(1, { type: 'ConversationRenamed', data: { title: 'Pier' } })),
    ).toEqual(['pier']);
    expect(wordsIn(history.asks(2))).toEqual(['please', 'a', 'lighthouse', 'in', 'storm']);
  });

  it('is nothing in an event that holds no words of theirs', () =>
    expect(wordsIn(history.queue('QueuePaused'))).toEqual([]));
});
