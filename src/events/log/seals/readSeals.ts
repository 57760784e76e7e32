import { sealEvents } from '../../seal.ts';
import { sealStream } from '../../streams.ts';
import type { EventLog, RecordedEvent } from '../eventLog.ts';
import { beginOfChain, type ChainEnd } from './chain.ts';

/** A seal as the log holds it. */
export interface RecordedSeal extends ChainEnd {
  readonly sealedAt: string;
  /** Of the seal itself, in its stream. */
  readonly revision: number;
}

/** What is in the stream of seals is no seal: nothing of ours wrote it. */
export class NoSeal extends Error {
  readonly code = 'no_seal';
  constructor({ position, revision }: RecordedEvent) {
    super(`Event ${position}, number ${revision} of the stream of seals, is no seal, or not the next one.`);
    this.name = 'NoSeal';
  }
}

const sealOf = (event: RecordedEvent): RecordedSeal => {
  const read = sealEvents.LogSealed.data.safeParse(event.data);
  if (event.type !== 'LogSealed' || !read.success) throw new NoSeal(event);
  return { ...read.data, sealedAt: event.recordedAt, revision: event.revision };
};

/** Every seal, in the log's order. @throws NoSeal, also where one is missing */
export async function* readSeals(
  log: Pick<EventLog, 'readStream'>,
): AsyncGenerator<RecordedSeal, void, undefined> {
  let next = 0;
  let count = beginOfChain.count;
  for await (const event of log.readStream(sealStream)) {
    const seal = sealOf(event);
    if (seal.revision !== next || seal.count <= count) throw new NoSeal(event);
    yield seal;
    next += 1;
    ({ count } = seal);
  }
}

/** The newest seal; null where the log has none. */
export const readLastSeal = async (log: Pick<EventLog, 'readStream'>): Promise<RecordedSeal | null> => {
  for await (const event of log.readStream(sealStream, { direction: 'backwards', maxCount: 1 }))
    return sealOf(event);
  return null;
};
