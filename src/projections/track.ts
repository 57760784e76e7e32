import { type DomainEvent, decode } from '../events/catalogue.ts';
import { type LogId, type Position, startOfLog } from '../events/ids.ts';
import type { JsonObject } from '../events/json.ts';
import type { RecordedEvent } from '../events/log/eventLog.ts';
import type {
  AnyCollection,
  Checkpoint,
  DocumentReader,
  DocumentWrite,
  Lease,
} from './documents/documentStore.ts';
import { generationOf, type Stopped, unbuilt } from './generations.ts';
import { type AnyProjection, checkpointName, type Positioned } from './projection.ts';
import { createRecentDocuments, type RecentDocuments } from './recentDocuments.ts';

/** One generation of a projection on its way along the log. */
export interface Track {
  readonly projection: AnyProjection;
  /** `<projection>_<version>`. */
  readonly name: string;
  readonly generation: number;
  /** What is written: the documents of that generation, under its own name. */
  readonly collection: AnyCollection<Positioned>;
  /** Positions of the events that it leaves out, as was decided by hand. */
  skipped: ReadonlySet<Position>;
  /** Named after `collection`. Null where another process writes this projection. */
  lease: Lease | null;
  readonly recent: RecentDocuments;
  /** Documents changed since the last batch, by id, each in its newest state. */
  changed: Map<string, DocumentWrite>;
  /** Folded up to here; the documents follow when the batch is written. */
  folded: Position;
  written: Position;
  /** When `written` last moved, or this process began: a monotonic clock, in milliseconds. */
  movedAt: number;
  stopped: Stopped | null;
}

/**
 * Documents kept in memory a projection, so that what is busy isn't read again for each event. What is
 * not written yet must be among them, for the store has it in an older state: two full batches
 * (`fullBatch` of follow.ts), each with a last page of at most 1,500 documents.
 */
const keptDocuments = 5_000;

/** Forgets what was folded and not written: it is folded again, from the documents. */
export const startAgain = (track: Track): void => {
  track.recent.clear();
  track.changed.clear();
  track.folded = track.written;
};

/** Its documents are written up to here. */
export const moveTo = (track: Track, position: Position): void => {
  if (position !== track.written) track.movedAt = performance.now();
  track.written = position;
};

/** Stands where its documents are; says why it can't go on from there, where they are of another log. */
export const goOnFrom = (
  track: Track,
  checkpoint: Checkpoint | null,
  log: { readonly logId: LogId; readonly head: Position },
): Stopped | null => {
  moveTo(track, checkpoint?.position ?? startOfLog);
  startAgain(track);
  if (checkpoint === null || (checkpoint.logId === log.logId && checkpoint.position <= log.head)) return null;
  const reason = `its documents are of another event log; build them again: darkroom projections rebuild ${track.projection.name}`;
  return { reason, at: null };
};

export const openTrack = (projection: AnyProjection, generation = 1): Track => ({
  projection,
  name: checkpointName(projection),
  generation,
  collection: generationOf(projection.collection, generation),
  skipped: new Set(),
  lease: null,
  recent: createRecentDocuments(keptDocuments),
  changed: new Map(),
  folded: startOfLog,
  written: startOfLog,
  movedAt: performance.now(),
  stopped: null,
});

/** None of its generations is read yet, nor written here: it stands for the one that will be. */
export const isUnbuilt = ({ generation }: Pick<Track, 'generation'>): boolean => generation === unbuilt.live;

/** `event` is null where its type isn't known here, or where it could not be read: then `unreadable` says why. */
interface DecodedEvent {
  readonly recorded: RecordedEvent;
  readonly event: DomainEvent | null;
  readonly unreadable?: unknown;
}

export type DecodedPage = readonly DecodedEvent[];

export const decodePage = (page: readonly RecordedEvent[]): DecodedPage =>
  page.map((recorded): DecodedEvent => {
    try {
      return { recorded, event: decode(recorded) };
    } catch (cause) {
      return { recorded, event: null, unreadable: cause };
    }
  });

/** Has at hand every document that the page may change, so that folding needs not wait for the store. */
export const load = async (
  documents: Pick<DocumentReader, 'getAll'>,
  { projection, collection, recent, folded }: Track,
  page: DecodedPage,
): Promise<void> => {
  if (projection.writtenOnce) return;
  const unknown = new Set<string>();
  let lastKeys: readonly string[] | undefined;
  for (const { event } of page) {
    if (event === null || event.position <= folded) continue;
    const keys = projection.keys(event);
    // The very list of the event before (times.ts): its documents are at hand.
    if (keys === lastKeys) continue;
    lastKeys = keys;
    for (const id of keys) if (recent.get(id) === undefined) unknown.add(id);
  }
  if (unknown.size === 0) return;
  const found = await documents.getAll<Positioned>(collection, [...unknown]);
  for (const id of unknown) recent.set(id, found.get(id) ?? null);
};

/** Digests the event whole or not at all: every document that it concerns, or none where one throws. */
const foldEvent = ({ projection, collection, recent, changed }: Track, event: DomainEvent): void => {
  // Made when there is something to write: most events change nothing of most projections.
  let folded: { readonly id: string; readonly after: Positioned | null }[] | undefined;
  for (const id of projection.keys(event)) {
    const before = projection.writtenOnce ? null : (recent.get(id) ?? null);
    const after = projection.apply(before, event, id);
    if (after === before) continue;
    if (folded === undefined) folded = [{ id, after }];
    else folded.push({ id, after });
  }
  if (folded === undefined) return;
  for (const { id, after } of folded) {
    if (!projection.writtenOnce) recent.set(id, after);
    const position = after?.position ?? event.position;
    const body = after as (Positioned & JsonObject) | null;
    changed.set(id, { collection, id, position, body });
  }
};

interface Indigestible {
  readonly stopped: Stopped;
  readonly cause: unknown;
}

const indigestible = ({ position, type }: RecordedEvent, what: string, cause: unknown): Indigestible => {
  const why = cause instanceof Error ? cause.message : String(cause);
  return {
    stopped: { reason: `event ${position} (${type}) ${what}: ${why}`, at: { position, type } },
    cause,
  };
};

/** Folds what is new of a loaded page; the answer says at which event it had to stop, and why. */
export const foldPage = (track: Track, page: DecodedPage): Indigestible | null => {
  for (const { recorded, event, unreadable } of page) {
    const { position } = recorded;
    if (position <= track.folded) continue;
    if (!track.skipped.has(position)) {
      if (unreadable !== undefined) return indigestible(recorded, 'can not be read', unreadable);
      try {
        if (event !== null) foldEvent(track, event);
      } catch (cause) {
        return indigestible(recorded, 'could not be digested', cause);
      }
    }
    track.folded = position;
  }
  return null;
};
