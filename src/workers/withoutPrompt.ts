import { pino } from 'pino';
import type { ImageRequest } from '../events/imageRequest.ts';

/** Shorter words may stay: they say nothing by themselves, and without them no sentence could be read. */
const shortWord = 3;

/**
 * The text without what the person asked for: not as they wrote it, not as JSON, and no longer word of it alone,
 * for engines repeat prompts in parts, and what they say is cut off anywhere.
 */
const without = (text: string, prompts: readonly string[]): string => {
  const asWritten = prompts.flatMap((prompt) => [prompt, JSON.stringify(prompt).slice(1, -1)]);
  const asked = prompts.join('\n').toLowerCase();
  return asWritten
    .reduce((left, prompt) => left.replaceAll(prompt, '…'), text)
    .replaceAll(/[\p{L}\p{N}]+/gu, (word) =>
      word.length > shortWord && asked.includes(word.toLowerCase()) ? '…' : word,
    );
};

/** Why a drawing failed, for the log: what engines answer repeats the prompt at times, and that is nobody's to read there. */
export const withoutPrompt = (cause: unknown, { prompt, negativePrompt }: ImageRequest): unknown => {
  if (!(cause instanceof Error)) return cause;
  const { type, message, stack, code, blame, retryable } = pino.stdSerializers.err(cause);
  const prompts = [prompt, negativePrompt ?? ''].filter((each) => each !== '');
  return {
    ...{ type, code, blame, retryable },
    message: without(message, prompts),
    stack: without(stack, prompts),
  };
};
