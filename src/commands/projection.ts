import type { Position } from '../events/ids.ts';
import type { ProjectionEvent } from '../events/projection.ts';
import type { Decider } from './decider.ts';

/** What was decided about one projection, whichever version or generation it is. */
export interface ProjectionDecisions {
  readonly skipped: ReadonlySet<Position>;
}

export interface SkipEvent {
  readonly type: 'skip';
  readonly position: Position;
  readonly reason: string;
}

export const projectionDecider: Decider<ProjectionDecisions, SkipEvent, ProjectionEvent> = {
  initial: { skipped: new Set() },
  evolve: (decisions, event) =>
    event.type === 'EventSkipped'
      ? { skipped: new Set([...decisions.skipped, event.data.position]) }
      : decisions,
  decide: ({ position, reason }, { skipped }) =>
    skipped.has(position) ? [] : [{ type: 'EventSkipped', data: { position, reason } }],
  subjectOf: () => ({}),
};
