import type { SweepEvent } from '../events/sweep.ts';
import type { Decider } from './decider.ts';

/** Images that belonged to no job are gone. */
export type SweepCommand = { readonly type: 'noteCollected' } & SweepEvent['data'];

/** Nothing is decided here: the sweep tells what it did, so that it can be found in the log. */
export const sweepDecider: Decider<null, SweepCommand, SweepEvent> = {
  initial: null,
  evolve: () => null,
  decide: ({ type: _, ...data }) => [{ type: 'ImagesCollected', data }],
  subjectOf: () => ({}),
};
