import type { WordsOfEvent } from './model.ts';
import { projection } from './projection.ts';
import { wordsIn } from './words.ts';

const written: ReadonlySet<string> = new Set([
  'ConversationStarted',
  'ConversationRenamed',
  'MessagePosted',
  'MessageEdited',
  'MessageMetadataMerged',
]);

/** In which events a word stands: those that people wrote, by each of their words. */
export const search = projection<WordsOfEvent>({
  name: 'search',
  version: 2,
  indexes: [['words', 'position']],
  lists: ['words'],
  byPosition: true,
  writtenOnce: true,
  keys: ({ type, position }) => (written.has(type) ? [position] : []),
  apply: (_, event) => ({ words: wordsIn(event), position: event.position }),
});
