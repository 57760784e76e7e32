import type { JobId, Position } from '../../events/ids.ts';
import type { Entry } from './entry.ts';
import { limits } from './limits.ts';

/** What `events` carries, but for the name of its scope. */
export interface Batch {
  readonly events: readonly Entry[];
  /** The scope's event directly before the first that this batch covers; the chain that clients check. */
  readonly after: Position;
  /** Up to here the scope is complete once the batch is applied. */
  readonly through: Position;
  readonly live: boolean;
}

/** A batch that isn't sent yet. */
export interface Cut {
  readonly events: readonly Entry[];
  readonly after: Position;
  readonly through: Position;
  /** Position of the last event covered, sent or left out. */
  readonly last: Position;
  readonly bytes: number;
}

/** Entries of one batch in the making; a progress event that a later one of its job absorbs becomes a hole. */
const createBatch = () => {
  const slots: (Entry | null)[] = [];
  const progress = new Map<JobId, number>();
  let count = 0;
  let bytes: number = limits.envelopeBytes;
  let last: Position | null = null;
  return {
    /** False, and nothing changes, where the entry no longer fits. One alone always does. */
    add(entry: Entry): boolean {
      const absorbed = entry.progressOf === null ? undefined : progress.get(entry.progressOf);
      const replaced = absorbed === undefined ? undefined : slots[absorbed];
      const newCount = replaced ? count : count + 1;
      const newBytes = bytes + entry.bytes + 1 - (replaced ? replaced.bytes + 1 : 0);
      if (last !== null && (newCount > limits.batchEvents || newBytes > limits.batchBytes)) return false;
      if (absorbed !== undefined) slots[absorbed] = null;
      if (entry.progressOf !== null) progress.set(entry.progressOf, slots.length);
      slots.push(entry);
      count = newCount;
      bytes = newBytes;
      last = entry.position;
      return true;
    },
    close(after: Position, through: Position | null): Cut | null {
      if (last === null) return null;
      const events = slots.filter((entry) => entry !== null);
      return { events, after, through: through ?? last, last, bytes };
    },
  };
};

/**
 * Cuts entries, which are all that a scope has in (previous, through], into batches within the limits.
 * Where several progress events of a job fall into one batch only the last is kept: each tells all that
 * the ones before it told. Absorbing by another type would be wrong: after JobFailed, say, a message still
 * shows how far the drawing had come. Each batch's `through` is its last event; the last one's, `through`.
 */
function* cutAnew(entries: readonly Entry[], previous: Position, through: Position): Generator<Cut> {
  let after = previous;
  let batch = createBatch();
  for (const entry of entries) {
    if (batch.add(entry)) continue;
    const full = batch.close(after, null);
    if (full !== null) {
      yield full;
      after = full.last;
    }
    batch = createBatch();
    batch.add(entry);
  }
  const rest = batch.close(after, through);
  if (rest !== null) yield rest;
}

let last: { entries: readonly Entry[]; previous: Position; through: Position; cuts: readonly Cut[] } | null =
  null;

/** The same, and the same batches for each in a conversation: they are handed one list, one after the other. */
export const cut = (entries: readonly Entry[], previous: Position, through: Position): readonly Cut[] => {
  if (last?.entries !== entries || last.previous !== previous || last.through !== through)
    last = { entries, previous, through, cuts: [...cutAnew(entries, previous, through)] };
  return last.cuts;
};
