import { charactersOf } from '../../src/events/json.ts';
import type { Conversation } from '../../src/projections/model.ts';
import { type FieldErrors, optionErrors, wantedImage } from '../stores/imageOptions.ts';
import { useToasts } from '../stores/toastStore.ts';
import { titleFrom } from '../text/conversation.ts';
import { fieldProblems } from '../text/problem.ts';
import { useDarkroom, useIsOperator } from './useDarkroom.ts';

const longestPrompt = 4_000;
const longestText = 16_000;

const textError = (text: string, asks: boolean): string | null => {
  const longest = asks ? longestPrompt : longestText;
  const characters = charactersOf(text);
  return characters > longest
    ? `This has ${characters.toLocaleString('en')} characters; ${asks ? 'a prompt' : 'a message'} has at most ${longest.toLocaleString('en')}.`
    : null;
};

/**
 * Sends what stands in the composer. What is wrong with it is said there, before or, where only the
 * server knows, after; then the text comes back into the composer. The first message of a conversation
 * without a title gives it one.
 */
export const useSend = (conversation: Conversation, isFirst: boolean): (() => Promise<void>) => {
  const { client, composer, outbox } = useDarkroom();
  const operator = useIsOperator();
  const problem = useToasts((state) => state.problem);
  const { conversationId, title } = conversation;
  return async () => {
    const { drafts, asks, options, setErrors, sent, showOptions, write } = composer.getState();
    const text = (drafts[conversationId] ?? '').trim();
    if (text === '') return;
    const wrong = textError(text, asks);
    const errors: FieldErrors = {
      ...(asks ? optionErrors(options, operator) : {}),
      ...(wrong === null ? {} : { text: wrong }),
    };
    if (Object.keys(errors).length > 0) {
      setErrors(errors);
      if (Object.keys(errors).some((name) => name !== 'text')) showOptions(true);
      return;
    }
    sent(conversationId);
    let accepted: boolean;
    try {
      accepted = await outbox.send({ conversationId, text, image: asks ? wantedImage(options) : null });
    } catch (error) {
      const problems = fieldProblems(error);
      write(conversationId, text);
      if (problems.size === 0) return problem(error, 'This message was not sent');
      const { prompt, ...fields } = Object.fromEntries(problems);
      setErrors({ ...(prompt === undefined ? {} : { text: prompt }), ...fields });
      showOptions(true);
      return;
    }
    if (!accepted || !isFirst || title.trim() !== '') return;
    try {
      await client.api.renameConversation(conversationId, titleFrom(text));
    } catch (error) {
      problem(error, 'The conversation did not get a title');
    }
  };
};
