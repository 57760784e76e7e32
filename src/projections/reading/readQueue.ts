import type { JobId, UserId } from '../../events/ids.ts';
import type { DocumentReader } from '../documents/documentStore.ts';
import type { QueueEntry } from '../model.ts';
import { queue, queueName, queueState } from '../queue.ts';

/** 1 + the number of waiting jobs that go before it; null where it doesn't wait. */
export const placeOf = async (reader: DocumentReader, jobId: JobId): Promise<number | null> => {
  const entry = await reader.get(queue.collection, jobId);
  if (entry === null || entry.status !== 'waiting') return null;
  const before = await reader.count({
    collection: queue.collection,
    where: { status: 'waiting' },
    below: { field: 'orderKey', value: entry.orderKey },
  });
  return before + 1;
};

const waitingJobs = (reader: DocumentReader, limit: number, of?: UserId): Promise<QueueEntry[]> =>
  reader.query<QueueEntry>({
    collection: queue.collection,
    where: { status: 'waiting', ...(of === undefined ? {} : { ownerId: of }) },
    orderBy: 'orderKey',
    direction: 'ascending',
    limit,
  });

const howMany = (reader: DocumentReader, status: QueueEntry['status']): Promise<number> =>
  reader.count({ collection: queue.collection, where: { status } });

/** Own entries beyond this many have no place of their own in the answer. */
const mostOwn = 1000;

/** The first `limit` waiting jobs and all of the viewer's, in the queue's order, each with its place. */
export const readQueue = async (reader: DocumentReader, viewer: UserId, limit: number) => {
  const first = await waitingJobs(reader, limit);
  const shown = new Set(first.map(({ jobId }) => jobId));
  const own = (await waitingJobs(reader, mostOwn, viewer)).filter(({ jobId }) => !shown.has(jobId));
  const later = await Promise.all(
    own.map(async (entry) => ({ ...entry, place: (await placeOf(reader, entry.jobId)) ?? 0 })),
  );
  return {
    paused: (await reader.get(queueState.collection, queueName))?.paused ?? false,
    waiting: await howMany(reader, 'waiting'),
    running: await howMany(reader, 'running'),
    jobs: [...first.map((entry, index) => ({ ...entry, place: index + 1 })), ...later],
  };
};
