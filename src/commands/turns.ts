import type { EventLog } from '../events/log/eventLog.ts';
import type { StreamName } from '../events/streams.ts';

const lastTurns = new WeakMap<EventLog, Map<StreamName, Promise<unknown>>>();

/**
 * Lets the commands of one process through one at a time on each stream, in the order in which they came:
 * on one stream only one append can succeed at a time anyhow, and who waits needn't read and decide in
 * vain. Of 300 who changed one message at once 31 succeeded without it, before the others had come second
 * too often. It makes nothing safe: writers of other processes are held off by the expected revision.
 */
export const inTurn = <Result>(
  log: EventLog,
  stream: StreamName,
  work: () => Promise<Result>,
): Promise<Result> => {
  const turns = lastTurns.get(log) ?? new Map<StreamName, Promise<unknown>>();
  lastTurns.set(log, turns);
  const mine = (turns.get(stream) ?? Promise.resolve()).then(work);
  const over = mine.then(
    () => undefined,
    () => undefined,
  );
  turns.set(stream, over);
  void over.then(() => turns.get(stream) === over && turns.delete(stream));
  return mine;
};
