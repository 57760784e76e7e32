import { type Position, startOfLog } from '../events/ids.ts';
import type { EventLog } from '../events/log/eventLog.ts';
import { tellActivation } from './decisions.ts';
import type { DocumentStore, Lease } from './documents/documentStore.ts';
import { type Batch, follow } from './follow.ts';
import {
  changeStanding,
  generationName,
  readStandings,
  type Stopped,
  type Switching,
  standingIn,
  unbuilt,
  versionOf,
  withStop,
} from './generations.ts';
import { pagesUntil } from './pagesUntil.ts';
import { type AnyProjection, checkpointName } from './projection.ts';
import { goOnFrom, openTrack, type Track } from './track.ts';

export interface SwitchParts {
  readonly log: Pick<EventLog, 'logId' | 'head' | 'subscribe' | 'append'>;
  readonly documents: Pick<
    DocumentStore,
    'prepare' | 'checkpoints' | 'takeOver' | 'getAll' | 'readRecord' | 'writeRecord'
  >;
  readonly write: (batch: Batch) => Promise<void>;
  readonly signal: AbortSignal;
}

/** A track of the wanted generation, brought to `until`; or why it can't be. */
const bringTo = async (
  { log, documents, write, signal }: SwitchParts,
  live: Track,
  lease: Lease,
  generation: number,
  until: Position,
): Promise<Track | Stopped> => {
  const track = openTrack(live.projection, generation);
  track.skipped = live.skipped;
  await documents.prepare([track.collection]);
  track.lease = { name: generationName(live.name, generation), fence: lease.fence };
  const checkpoint = await documents.takeOver(track.lease);
  const foreign = goOnFrom(track, checkpoint, { logId: log.logId, head: await log.head() });
  if (foreign !== null) return foreign;
  const stop = (stopping: Track, stopped: Stopped): void => {
    stopping.stopped = stopped;
  };
  await follow(
    { log, documents, tracks: [track], stop, write },
    pagesUntil(log, track.folded, until, signal),
  );
  return track.stopped ?? track;
};

/**
 * Makes the wanted generation the live one, in one step: nobody but us moves the documents of the live one,
 * so the new ones are brought to where those are, then the pointer is moved. Answers with the new track,
 * or with null where it couldn't be done: then it is wanted no longer.
 */
export const switchToWanted = async (
  parts: SwitchParts,
  live: Track,
  lease: Lease,
  wanted: Switching,
): Promise<Track | null> => {
  const { generation } = wanted;
  // Where documents of another log stand says nothing.
  const isForeign = live.stopped !== null && live.stopped.at === null;
  const brought = await bringTo(parts, live, lease, generation, isForeign ? startOfLog : live.written);
  if (parts.signal.aborted) return null;
  const next = 'reason' in brought ? null : brought;
  const after = await changeStanding(parts.documents, live.name, (standing) => {
    if (standing.wanted?.generation !== generation) return standing;
    if ('reason' in brought) return withStop({ ...standing, wanted: null }, generation, brought);
    return { ...standing, live: generation, wanted: null, untold: { ...wanted, previous: standing.live } };
  });
  return after.live === generation ? next : null;
};

/** The newest older version that there are documents of, as its own readers read it. */
const olderVersion = async (
  documents: SwitchParts['documents'],
  { name, version }: AnyProjection,
): Promise<{ readonly version: number; readonly generation: number } | null> => {
  const versions = (await documents.checkpoints())
    .map((each) => versionOf(each.name))
    .filter((each) => each?.projection === name && each.version < version)
    .map((each) => each?.version ?? 0);
  if (versions.length === 0) return null;
  const older = Math.max(...versions);
  const standings = await readStandings(documents);
  return { version: older, generation: standingIn(standings, checkpointName({ name, version: older })).live };
};

/** A process may die between a switch and telling of it; whoever comes after tells of it. */
export const tellOfSwitch = async (
  { log, documents }: Pick<SwitchParts, 'log' | 'documents'>,
  { name, projection }: Pick<Track, 'name' | 'projection'>,
): Promise<void> => {
  const { untold } = standingIn(await readStandings(documents), name);
  if (untold === null) return;
  const { version } = projection;
  const { generation, actor, commandId } = untold;
  const previous =
    untold.previous === unbuilt.live
      ? await olderVersion(documents, projection)
      : { version, generation: untold.previous };
  await tellActivation(log, { projection: projection.name, version, generation, previous, actor, commandId });
  await changeStanding(documents, name, (standing) =>
    standing.untold?.commandId === commandId && standing.untold.generation === generation
      ? { ...standing, untold: null }
      : standing,
  );
};
