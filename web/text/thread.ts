import type { Message } from '../../src/projections/model.ts';
import { dayOf } from './format.ts';

/** A message, and what its surroundings mean for how it is shown. */
export interface Line {
  readonly message: Message;
  /** The day that begins with it; null within a day. */
  readonly day: string | null;
  /** Directly after one of the same author: face and name needn't be shown again. */
  readonly follows: boolean;
}

const together = 5 * 60_000;

export const linesOf = (messages: readonly Message[], now: Date): Line[] =>
  messages.map((message, index) => {
    const before = messages[index - 1];
    const today = dayOf(message.createdAt, now);
    const newDay = before === undefined || dayOf(before.createdAt, now) !== today;
    return {
      message,
      day: newDay ? today : null,
      follows:
        !newDay &&
        before.author.id === message.author.id &&
        Date.parse(message.createdAt) - Date.parse(before.createdAt) < together,
    };
  });
