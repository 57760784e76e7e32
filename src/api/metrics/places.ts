import { Counter, type Registry } from 'prom-client';
import type { PlaceOutcome } from '../delivery/placeChecks.ts';

/** Counts places that clients said they show, by what the comparison with the log came to. */
export const countShownPlaces = (registry: Registry) => {
  const places = new Counter({
    ...{ name: 'darkroom_shown_places_total', registers: [registry], labelNames: ['outcome'] },
    help: 'Places in the queue that clients said they show: matched or mismatched, compared with the log at that position; unchecked, for checks are a sample.',
  });
  for (const outcome of ['matched', 'mismatched', 'unchecked']) places.inc({ outcome }, 0);
  return (outcome: PlaceOutcome, count: number): void => places.inc({ outcome }, count);
};
