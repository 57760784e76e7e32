import type { Position } from '../events/ids.ts';
import type { Pointers, Stopped } from './generations.ts';
import { isUnbuilt, type Track } from './track.ts';

/** How one projection is doing. */
export interface ProjectionHealth {
  readonly name: string;
  /** `unbuilt` where none of its documents is read yet (newVersions.ts); `stopped` where an event could not be digested or the checkpoint is of another log: `reason` says it. */
  readonly state: 'running' | 'stopped' | 'unbuilt';
  readonly position: Position;
  /** How long ago this process last saw it move, in milliseconds; since its start where it has not yet. */
  readonly quietMs: number;
  readonly reason: string | null;
  /** The event that it stands before and can't digest. */
  readonly indigestible: Position | null;
}

/** The tracks of this process, shared by what writes here, what watches others, and who asks. */
export interface Tracks {
  /** As of now: one is replaced when another generation is read. */
  readonly all: readonly Track[];
  /** From now on the other generation is read. */
  replace(track: Track, by: Track): void;
  stop(track: Track, stopped: Stopped, cause: unknown): void;
  health(): readonly ProjectionHealth[];
}

const healthOf = (track: Track): ProjectionHealth => {
  const { name, written, movedAt, stopped } = track;
  const state = stopped === null ? 'running' : 'stopped';
  return {
    name,
    state: isUnbuilt(track) ? 'unbuilt' : state,
    position: written,
    quietMs: performance.now() - movedAt,
    reason: stopped?.reason ?? null,
    indigestible: stopped?.at?.position ?? null,
  };
};

export const createTracks = (
  opened: readonly Track[],
  pointers: Pointers,
  onStopped: (health: ProjectionHealth, cause: unknown) => void,
): Tracks => {
  const all = [...opened];
  pointers.point(new Map(all.map(({ name, generation }) => [name, generation])));
  return {
    all,
    replace(track, by) {
      all[all.indexOf(track)] = by;
      pointers.point(new Map([[by.name, by.generation]]));
    },
    stop(track, stopped, cause) {
      track.stopped = stopped;
      onStopped(healthOf(track), cause);
    },
    health: () => all.map(healthOf),
  };
};
