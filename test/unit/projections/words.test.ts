import { describe, expect, it } from 'vitest';
import { wordsOf } from '../../../src/projections/words.ts';

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
