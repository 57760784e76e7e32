import { setTimeout as delay } from 'node:timers/promises';
import type { EventLog } from '../events/log/eventLog.ts';
import type { DocumentStore } from './documents/documentStore.ts';
import { changeStanding, readStandings, type Switching, standingIn } from './generations.ts';
import { startProjections } from './runner.ts';
import type { Track } from './track.ts';

/** How often it is looked whether who writes the projection has switched, in milliseconds. */
const lookEvery = 100;

export interface ActivateParts {
  readonly log: EventLog;
  readonly documents: DocumentStore;
  readonly signal: AbortSignal;
  readonly onTrouble: (cause: unknown) => void;
}

export type Activated = 'live' | 'given_up' | 'interrupted';

/**
 * Has these generations read from now on, each in one step. Who writes a projection switches it; where no
 * server runs, that is this process for as long as it takes. Interrupted, whoever writes it next does it.
 */
export const activate = async (
  { log, documents, signal, onTrouble }: ActivateParts,
  tracks: readonly Track[],
  by: Pick<Switching, 'actor' | 'commandId'>,
): Promise<ReadonlyMap<string, Activated>> => {
  for (const { name, generation } of tracks)
    await changeStanding(documents, name, (standing) =>
      standing.live === generation
        ? standing
        : {
            ...standing,
            building: standing.building === generation ? null : standing.building,
            wanted: { generation, ...by },
          },
    );
  const projections = tracks.map(({ projection }) => projection);
  // What it can't digest is told by who writes it; here it is only of interest whether it was switched.
  const runner = await startProjections({
    log,
    documents,
    projections,
    onStopped: () => undefined,
    onTrouble,
  });
  try {
    for (;;) {
      const standings = await readStandings(documents);
      const outcomes = tracks.map(({ name, generation }): [string, Activated | null] => {
        const { live, wanted, untold } = standingIn(standings, name);
        if (live === generation) return [name, untold === null ? 'live' : null];
        return [name, wanted?.generation === generation ? null : 'given_up'];
      });
      if (signal.aborted || outcomes.every(([, outcome]) => outcome !== null))
        return new Map(outcomes.map(([name, outcome]) => [name, outcome ?? 'interrupted']));
      await delay(lookEvery, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    await runner.stop();
  }
};
