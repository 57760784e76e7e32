import type { UserId } from '../../events/ids.ts';
import type { DocumentReader } from '../documents/documentStore.ts';
import { jobs } from '../jobs.ts';
import type { Job, JobStatus, QueueEntry } from '../model.ts';
import { queue } from '../queue.ts';

const countJobs = (
  reader: DocumentReader,
  where: { readonly status: JobStatus; readonly ownerId?: UserId },
) => reader.count<Job>({ collection: jobs.collection, where });

const countWaiting = (reader: DocumentReader, where: { readonly ownerId?: UserId }) =>
  reader.count<QueueEntry>({ collection: queue.collection, where: { ...where, status: 'waiting' } });

/** How many pictures are in the queue: one person's, and all people's. */
export const readCrowd = async (reader: DocumentReader, ownerId: UserId) => {
  const [ofPerson, all] = await Promise.all([countWaiting(reader, { ownerId }), countWaiting(reader, {})]);
  return { ofPerson, all };
};

/** The same with those that are accepted, and will be in the queue in a moment. */
export const readComingCrowd = async (reader: DocumentReader, ownerId: UserId) => {
  const [queued, ofPerson, all] = await Promise.all([
    readCrowd(reader, ownerId),
    countJobs(reader, { status: 'accepted', ownerId }),
    countJobs(reader, { status: 'accepted' }),
  ]);
  return { ofPerson: queued.ofPerson + ofPerson, all: queued.all + all };
};
