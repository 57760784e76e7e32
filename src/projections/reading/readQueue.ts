import type { JobId, UserId } from '../../events/ids.ts';
import type { DocumentReader } from '../documents/documentStore.ts';
import { jobs } from '../jobs.ts';
import type { Job, QueueEntry } from '../model.ts';
import { queue, queueName, queueState } from '../queue.ts';
import type { Page } from '../readModel.ts';
import { keyIn, pageOf, waitingInOrder } from './cursor.ts';
import { queryAll } from './queryAll.ts';

const byOrder = (left: QueueEntry, right: QueueEntry): number => (left.orderKey < right.orderKey ? -1 : 1);

/**
 * The place of each: 1 + the number of waiting jobs that go before it. It is counted on from one to the
 * next, so that a thousand places cost one pass over the queue's index and not a thousand.
 */
const placed = async (reader: DocumentReader, entries: readonly QueueEntry[]) => {
  const found: (QueueEntry & { readonly place: number })[] = [];
  for (const entry of entries.toSorted(byOrder)) {
    const before = found.at(-1);
    const since = await reader.count({
      collection: queue.collection,
      where: { status: 'waiting' },
      below: {
        ...{ field: 'orderKey', value: entry.orderKey },
        ...(before === undefined ? {} : { from: before.orderKey }),
      },
    });
    found.push({ ...entry, place: (before?.place ?? 1) + since });
  }
  return found;
};

/** The places of those that wait. */
export const placesOf = async (
  reader: DocumentReader,
  jobIds: readonly JobId[],
): Promise<ReadonlyMap<JobId, number>> => {
  const entries = await reader.getAll<QueueEntry>(queue.collection, jobIds);
  const waiting = [...entries.values()].filter(({ status }) => status === 'waiting');
  return new Map((await placed(reader, waiting)).map(({ jobId, place }) => [jobId, place]));
};

const howMany = (reader: DocumentReader, status: QueueEntry['status']): Promise<number> =>
  reader.count({ collection: queue.collection, where: { status } });

const inOrder = { collection: queue.collection, orderBy: 'orderKey', direction: 'ascending' } as const;

/** The first `limit` waiting jobs and all of the viewer's, in the queue's order, each with its place. */
export const readQueue = async (reader: DocumentReader, viewer: UserId, limit: number) => {
  const first = await reader.query<QueueEntry>({ ...inOrder, where: { status: 'waiting' }, limit });
  const last = first.at(-1);
  const own = await queryAll<QueueEntry>(reader, {
    ...inOrder,
    where: { status: 'waiting', ownerId: viewer },
    ...(last === undefined ? {} : { after: last.orderKey }),
  });
  const later = await placed(reader, own);
  return {
    paused: (await reader.get(queueState.collection, queueName))?.paused ?? false,
    waiting: await howMany(reader, 'waiting'),
    running: await howMany(reader, 'running'),
    jobs: [...first.map((entry, index) => ({ ...entry, place: index + 1 })), ...later],
  };
};

/** Everyone's waiting jobs in the queue's order, each with its place; from a cursor on, wherever it came from. */
export const readWaitingJobs = async (
  reader: DocumentReader,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string },
): Promise<Page<Job>> => {
  const found = await reader.query<QueueEntry>({
    ...{ ...inOrder, where: { status: 'waiting' }, limit: limit + 1 },
    ...(cursor === undefined ? {} : { after: keyIn(waitingInOrder, cursor) }),
  });
  const page = pageOf(found, limit, waitingInOrder, ({ orderKey }) => orderKey);
  const ids = page.items.map(({ jobId }) => jobId);
  const [bodies, places] = await Promise.all([
    reader.getAll<Job>(jobs.collection, ids),
    placesOf(reader, ids),
  ]);
  // The queue may be a moment ahead of the jobs: one that isn't there yet is on the page when it is read again.
  const items = ids.flatMap((id) => {
    const job = bodies.get(id);
    return job === undefined ? [] : [{ ...job, place: places.get(id) ?? null }];
  });
  return { ...page, items };
};
