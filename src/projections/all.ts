import { conversations } from './conversations.ts';
import { images } from './images.ts';
import { jobs } from './jobs.ts';
import { messages } from './messages.ts';
import type { AnyProjection } from './projection.ts';
import { queue, queueState } from './queue.ts';
import { queueing } from './queueing.ts';
import { rounds } from './rounds.ts';
import { search } from './search.ts';
import { timeline } from './timeline.ts';
import { times } from './times.ts';
import { waits } from './waits.ts';

/** Everything that is projected from the log. */
export const projections: readonly AnyProjection[] = [
  messages,
  conversations,
  jobs,
  queue,
  queueState,
  queueing,
  rounds,
  images,
  timeline,
  times,
  waits,
  search,
];
