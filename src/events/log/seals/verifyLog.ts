import { type Position, startOfLog } from '../../ids.ts';
import { type EventLog, EventLogUnavailable, type RecordedEvent } from '../eventLog.ts';
import { beginOfChain, type ChainEnd, chainOn } from './chain.ts';
import { NoSeal, readSeals } from './readSeals.ts';

/** A seal that the log is held against. */
export interface Seal extends ChainEnd {
  /** `published`: kept outside of the log, where who rewrites the log can't rewrite it. */
  readonly from: 'log' | 'published';
}

/** The log is not what was sealed. Everything up to `after` is. */
export interface Breach {
  readonly after: ChainEnd;
  /** The first seal that the log doesn't fit; null where none is needed to see it. */
  readonly until: Seal | null;
  /** The first event in question; null where only the two seals tell between which it lies. */
  readonly position: Position | null;
  /** A sentence. */
  readonly what: string;
}

export interface Verification {
  /** Events read. */
  readonly events: number;
  /** Seals that the log fits. */
  readonly seals: number;
  /** The last of them: what it covers is as it was sealed. */
  readonly sealed: ChainEnd;
  readonly breach: Breach | null;
}

type VerifiedLog = Pick<EventLog, 'readAll' | 'readStream' | 'isConsecutive'>;

/** The log's own seals, and at which event they are none. */
const sealsOf = async (log: VerifiedLog): Promise<{ seals: Seal[]; broken: NoSeal | null }> => {
  const seals: Seal[] = [];
  try {
    for await (const { count, through, hash } of readSeals(log))
      seals.push({ count, through, hash, from: 'log' });
    return { seals, broken: null };
  } catch (cause) {
    if (!(cause instanceof NoSeal)) throw cause;
    return { seals, broken: cause };
  }
};

/** What is no JSON any longer is told by the adapters in their own ways, from the parser's error on. */
const isUnreadable = (cause: unknown): cause is Error =>
  cause instanceof SyntaxError ||
  (cause instanceof EventLogUnavailable && cause.cause instanceof SyntaxError);

/** The log's events up to the first that can't be read, which ends them with the reader's error. */
async function* eventsOf(log: VerifiedLog): AsyncGenerator<RecordedEvent, void, undefined> {
  let last = startOfLog;
  try {
    for await (const event of log.readAll()) {
      last = event.position;
      yield event;
    }
    return;
  } catch (cause) {
    if (!isUnreadable(cause)) throw cause;
  }
  // A page with one such event is none: from here on each is asked for by itself.
  for (let before: Position | null = null; before !== last; ) {
    before = last;
    for await (const event of log.readAll({ after: last, maxCount: 1 })) {
      last = event.position;
      yield event;
    }
  }
}

/** A log that numbers its events one after the other has lost those between. */
const gapBefore = (log: VerifiedLog, last: Position, { position }: RecordedEvent): string | null =>
  log.isConsecutive && BigInt(position) !== BigInt(last) + 1n
    ? `Nothing is left between the positions ${last} and ${position}: events were removed.`
    : null;

const mismatch = ({ count, through, hash }: Seal, chain: ChainEnd): string | null => {
  if (hash !== chain.hash) return 'An event was changed, removed, inserted or moved.';
  return through === chain.through
    ? null
    : `Event number ${count} was at ${through} and is at ${chain.through}: the log was numbered anew.`;
};

/** Whether the event before it in its stream lies before it in the log. */
const followsItsStream = async (
  log: VerifiedLog,
  { stream, revision, position }: RecordedEvent,
): Promise<boolean> => {
  if (revision === 0) return true;
  const from = revision - 1;
  for await (const before of log.readStream(stream, { from, maxCount: 1 }))
    return before.revision === from && before.position < position;
  return false;
};

/** Between two seals: the first event that doesn't follow its stream. There are few, so each is looked at. */
const outOfPlace = async (log: VerifiedLog, after: ChainEnd, until: Seal) => {
  for await (const event of log.readAll({ after: after.through, until: until.through })) {
    if (await followsItsStream(log, event)) continue;
    const { position, stream, revision } = event;
    const what = `The event at ${position} is number ${revision} of ${stream}, and the one before it is not where it was: it was removed or moved.`;
    return { position, what };
  }
  return null;
};

/**
 * Reads the whole log and holds it against its own seals and against published ones. Stops at the first
 * breach: after it every hash is another one. What was added since the newest seal is covered by none.
 * @throws EventLogUnavailable
 */
export const verifyLog = async (
  log: VerifiedLog,
  published: readonly ChainEnd[] = [],
): Promise<Verification> => {
  const own = await sealsOf(log);
  const kept = published.map((seal): Seal => ({ ...seal, from: 'published' }));
  const seals = [...own.seals, ...kept].toSorted((one, other) => one.count - other.count);
  let chain = beginOfChain;
  let sealed = beginOfChain;
  let fitting = 0;
  const next = (): Seal | null => seals[fitting] ?? null;
  const result = (breach: Breach | null): Verification => ({
    events: chain.count,
    seals: fitting,
    sealed,
    breach,
  });
  const broken = (what: string, position: Position | null = null): Verification =>
    result({ after: sealed, until: next(), position, what });

  try {
    for await (const event of eventsOf(log)) {
      const gap = gapBefore(log, chain.through, event);
      if (gap !== null) return broken(gap, event.position);
      chain = chainOn(chain, event);
      for (let seal = next(); seal?.count === chain.count; seal = next()) {
        const what = mismatch(seal, chain);
        if (what !== null) {
          const place = await outOfPlace(log, sealed, seal);
          return broken(place?.what ?? what, place?.position);
        }
        fitting += 1;
        sealed = chain;
      }
    }
  } catch (cause) {
    if (!isUnreadable(cause)) throw cause;
    return broken(`The event after ${chain.through} can not be read: ${cause.message}`);
  }
  const missing = next();
  if (missing !== null)
    return broken(
      `The log ends with event number ${chain.count}, and ${missing.count} were sealed: events were removed.`,
    );
  return own.broken === null ? result(null) : broken(own.broken.message);
};
