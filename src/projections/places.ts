import { type JobId, type Position, startOfLog } from '../events/ids.ts';
import type { QueueOrder } from '../events/job.ts';

/** One job that waits; whose it is stays unknown but for one's own. */
export interface WaitingJob extends QueueOrder {
  readonly own: JobId | null;
  /** Given by the server only where the list has own entries alone. */
  readonly place?: number;
}

/** The queue as one person sees it, as of a position: the document of scope `queue`. */
export interface QueuePlaces {
  readonly paused: boolean;
  /** In the order in which they will be drawn. */
  readonly waiting: readonly WaitingJob[];
  /** How many are being drawn. */
  readonly running: number;
  readonly waitingCount: number;
  readonly position: Position;
}

export const emptyQueue: QueuePlaces = {
  paused: false,
  waiting: [],
  running: 0,
  waitingCount: 0,
  position: startOfLog,
};

/** A change of the queue, as scope `queue` tells it. */
export type QueueChange = {
  readonly position: Position;
  readonly schema: number;
  readonly at: string;
} & (
  | { readonly type: 'queued'; readonly data: WaitingJob }
  | {
      readonly type: 'left';
      readonly data: WaitingJob & { readonly why: 'started' | 'cancelled' | 'refused' };
    }
  | { readonly type: 'prioritized'; readonly data: WaitingJob & { readonly previousPriority: number } }
  | { readonly type: 'ended'; readonly data: WaitingJob }
  | { readonly type: 'paused' | 'resumed'; readonly data: Record<string, never> }
);

/**
 * An order as text that sorts as the queue does: higher priority first, then round, then ticket.
 * The priority is turned round (10 → 00, -10 → 20), so that less text means earlier.
 */
export const queueOrderKey = ({ priority, round, ticket }: QueueOrder): string =>
  `${String(10 - priority).padStart(2, '0')}-${String(round).padStart(10, '0')}-${ticket}`;

/** After every key of this priority, and before those of lower ones. */
export const endOfPriority = (priority: number): string => `${String(10 - priority).padStart(2, '0')}-:`;

/** Negative where `a` is drawn before `b`. */
export const compareQueueOrder = (a: QueueOrder, b: QueueOrder): number =>
  b.priority - a.priority || a.round - b.round || (a.ticket < b.ticket ? -1 : a.ticket > b.ticket ? 1 : 0);

/**
 * Place in the queue: 1 + the number of waiting jobs that go before it; null where the job with that
 * ticket doesn't wait. A list that the server cut to own entries carries places of its own.
 */
export const calculateQueuePosition = (queue: QueuePlaces, ticket: Position | null): number | null => {
  if (ticket === null) return null;
  const index = queue.waiting.findIndex((job) => job.ticket === ticket);
  if (index < 0) return null;
  return queue.waiting[index]?.place ?? index + 1;
};
