import type { Event } from '../events/catalogue.ts';
import type { Json } from '../events/json.ts';

/** Longer ones are cut, in what is kept and in what is looked for. */
const longestWord = 40;

/** Scripts that put no space between words: each of their characters is looked for by itself. */
const word = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[\p{L}\p{N}]+/gu;
const marks = /\p{M}+/gu;

/** The words of a text without regard to case and accents, each once, in the order in which they come. */
export const wordsOf = (text: string): readonly string[] => [
  ...new Set(
    (text.normalize('NFKD').replace(marks, '').toLowerCase().match(word) ?? []).map((found) =>
      [...found].slice(0, longestWord).join(''),
    ),
  ),
];

function* textsIn(value: Json): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (Array.isArray(value)) for (const inner of value) yield* textsIn(inner);
  else if (typeof value === 'object' && value !== null)
    for (const [key, inner] of Object.entries(value)) {
      yield key;
      yield* textsIn(inner);
    }
}

function* textsOf(event: Event): Generator<string> {
  switch (event.type) {
    case 'ConversationStarted':
    case 'ConversationRenamed':
      yield event.data.title;
      return;
    case 'MessagePosted': {
      const { text, metadata, image } = event.data;
      yield text;
      yield* textsIn(metadata);
      if (image !== null) yield* [image.request.prompt, image.request.negativePrompt ?? ''];
      return;
    }
    case 'MessageEdited':
      yield event.data.text;
      return;
    case 'MessageMetadataMerged':
      yield* textsIn(event.data.patch);
  }
}

/** The words that people wrote in an event; none where it holds none of theirs. */
export const wordsIn = (event: Event): readonly string[] => wordsOf([...textsOf(event)].join('\n'));
