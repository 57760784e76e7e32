import type { JobId, Position, UserId } from '../../events/ids.ts';
import { blocksAt } from '../blocks.ts';
import type { DocumentReader } from '../documents/documentStore.ts';
import type { JobSpans, QueueEntry, QueueSpan } from '../model.ts';
import type { PastQueue } from '../past.ts';
import { compareQueueOrder } from '../places.ts';
import { blockOf, waits } from '../waits.ts';
import { queryAll } from './queryAll.ts';
import { readLastRow } from './readRows.ts';

/** A job and its span that holds the position asked for. */
export interface SpanOfJob extends QueueSpan {
  readonly jobId: JobId;
  readonly ownerId: UserId;
}

const holds = ({ from, until }: QueueSpan, at: Position): boolean =>
  from <= at && (until === null || at < until);

/**
 * Everything that waited, or was drawn, at a position: what began by then and still lasts, and of what is
 * over that which has a block that the position lies in.
 */
export const spansAt = async (
  reader: DocumentReader,
  status: QueueEntry['status'],
  at: Position,
): Promise<readonly SpanOfJob[]> => {
  const lasting = await queryAll<JobSpans>(reader, {
    ...{ collection: waits.collection, where: {}, direction: 'ascending', until: at },
    orderBy: status === 'waiting' ? 'waitingSince' : 'runningSince',
  });
  const over = blocksAt(at).map((block) =>
    queryAll<JobSpans>(reader, {
      ...{ collection: waits.collection, where: { blocks: blockOf(status, block) } },
      ...{ orderBy: 'jobId', direction: 'ascending' },
    }),
  );
  // What ends between the two looks, in a store without snapshots, is found by both.
  const found = [...lasting, ...(await Promise.all(over)).flat()].map((job) => [job.jobId, job] as const);
  return [...new Map(found).values()].flatMap(({ jobId, ownerId, spans }) => {
    const span = spans.find((each) => each.status === status && holds(each, at));
    return span === undefined ? [] : [{ ...span, jobId, ownerId }];
  });
};

/** Who waited at a position, in the queue's order. */
export const waitingAt = async (reader: DocumentReader, at: Position): Promise<readonly SpanOfJob[]> =>
  (await spansAt(reader, 'waiting', at)).toSorted(compareQueueOrder);

const pausedAt = async (reader: DocumentReader, at: Position): Promise<boolean> => {
  const paused = await readLastRow(reader, { type: 'QueuePaused' }, at);
  const resumed = await readLastRow(reader, { type: 'QueueResumed' }, at);
  return (paused?.position ?? '') > (resumed?.position ?? '');
};

/** The queue as `readQueue` reads today's. */
export const readPastQueue = async (
  reader: DocumentReader,
  viewer: UserId,
  limit: number,
  at: Position,
): Promise<PastQueue> => {
  const waiting = await waitingAt(reader, at);
  const placed = waiting.map(({ jobId, ownerId, ticket, priority, round }, index) => ({
    ...{ jobId, ownerId, ticket, priority, round },
    place: index + 1,
  }));
  return {
    paused: await pausedAt(reader, at),
    waiting: waiting.length,
    running: (await spansAt(reader, 'running', at)).length,
    jobs: placed.filter(({ ownerId, place }) => place <= limit || ownerId === viewer),
  };
};
