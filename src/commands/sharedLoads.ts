import type { EventLog } from '../events/log/eventLog.ts';
import type { StreamName } from '../events/streams.ts';
import type { Decider } from './decider.ts';
import { type Loaded, load } from './handler.ts';

/**
 * Loads that share their reads: who asks for a stream while it is being read waits for the next read of it,
 * and all who wait share that one. It begins after each of them has asked, so nobody gets a state from before.
 * Of 500 pictures asked for at once in one conversation each looks twice whether it may be; they read it some
 * 30 times.
 */
export const shareLoads = <State>(
  log: EventLog,
  decider: Pick<Decider<State, never, never>, 'initial' | 'evolve'>,
) => {
  const reading = new Map<StreamName, Promise<unknown>>();
  const next = new Map<StreamName, Promise<Loaded<State>>>();

  const read = (stream: StreamName): Promise<Loaded<State>> => {
    const loaded = load(log, stream, decider);
    const over = loaded.then(
      () => reading.delete(stream),
      () => reading.delete(stream),
    );
    reading.set(stream, over);
    return loaded;
  };
  const readAfter = async (stream: StreamName, before: Promise<unknown>): Promise<Loaded<State>> => {
    await before;
    next.delete(stream);
    return read(stream);
  };

  return (stream: StreamName): Promise<Loaded<State>> => {
    const waitedFor = next.get(stream);
    if (waitedFor !== undefined) return waitedFor;
    const before = reading.get(stream);
    if (before === undefined) return read(stream);
    const mine = readAfter(stream, before);
    next.set(stream, mine);
    return mine;
  };
};
