import type { DocumentReader } from '../documents/documentStore.ts';
import { jobs } from '../jobs.ts';
import { messages } from '../messages.ts';
import type { Job, JobStatus } from '../model.ts';
import { queue, queueName, queueState } from '../queue.ts';

/** What there is to do: how many jobs there are in each state that passes, and how long the oldest waits. */
export interface Workload {
  readonly accepted: number;
  readonly waiting: number;
  readonly running: number;
  readonly paused: boolean;
  /** ISO 8601 UTC; null where none is there. */
  readonly oldestAcceptedAt: string | null;
  readonly oldestWaitingAt: string | null;
}

const oldest = async (reader: DocumentReader, status: JobStatus): Promise<Job | null> => {
  const [first] = await reader.query<Job>({
    ...{ collection: jobs.collection, where: { status } },
    ...{ orderBy: 'createdPosition', direction: 'ascending', limit: 1 },
  });
  return first ?? null;
};

/** What ended isn't counted: it only grows, and counting it would cost more with each job. */
export const readWorkload = async (reader: DocumentReader): Promise<Workload> => {
  const [accepted, waiting, running, state, oldestAccepted, oldestWaiting] = await Promise.all([
    reader.count({ collection: jobs.collection, where: { status: 'accepted' } }),
    reader.count({ collection: queue.collection, where: { status: 'waiting' } }),
    reader.count({ collection: queue.collection, where: { status: 'running' } }),
    reader.get(queueState.collection, queueName),
    oldest(reader, 'accepted'),
    oldest(reader, 'queued'),
  ]);
  const asked =
    oldestAccepted === null ? null : await reader.get(messages.collection, oldestAccepted.messageId);
  return {
    ...{ accepted, waiting, running, paused: state?.paused ?? false },
    oldestAcceptedAt: asked?.createdAt ?? null,
    oldestWaitingAt: oldestWaiting?.queuedAt ?? null,
  };
};
