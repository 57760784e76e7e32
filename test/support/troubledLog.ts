import type { EventLog } from '../../src/events/log/eventLog.ts';

type Append = EventLog['append'];

/** A log whose appends go another way; all else is as it is. */
const withAppend = (log: EventLog, append: (original: Append) => Append): EventLog => ({
  ...log,
  append: append((...given) => log.append(...given)),
});

/** Lets the n-th append, from 0, go through `trouble`; those for which there is none go straight through. */
export const troubled = (
  log: EventLog,
  ...troubles: readonly (((append: () => ReturnType<Append>) => ReturnType<Append>) | null)[]
): EventLog => {
  let appends = 0;
  return withAppend(log, (original) => async (...given) => {
    const trouble = troubles[appends++] ?? null;
    return trouble === null ? original(...given) : trouble(() => original(...given));
  });
};
