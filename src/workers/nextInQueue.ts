import type { JobId } from '../events/ids.ts';
import type { DocumentReader } from '../projections/documents/documentStore.ts';
import { jobs } from '../projections/jobs.ts';
import type { Job, QueueEntry } from '../projections/model.ts';
import { queue, queueName, queueState } from '../projections/queue.ts';
import { busyPeople } from './busyPeople.ts';
import { enginesFor } from './engineChoice.ts';
import type { ImageEngine } from './engines/imageEngine.ts';

/** A job to be begun, and where: `engine` is the first that can draw it and is ready; `others` can draw it too. */
export interface Next {
  readonly jobId: JobId;
  readonly engine: ImageEngine;
  readonly others: readonly ImageEngine[];
}

const page = 100;

/**
 * Waiting jobs whose time has come, in the queue's order, a page at a time, but for those of a person who has as
 * many drawn already as one may.
 *
 * Who waits is read before who is drawn: a job that is begun between the two is then counted among the
 * drawn, and not missed in both. So many processes that look at once all want the same job, one claims it,
 * and the others look again. Only where the order changes in that instant may a person have one more drawn.
 */
const due = async function* (
  documents: DocumentReader,
  now: Date,
  runningPerPerson: number,
): AsyncIterable<readonly QueueEntry[]> {
  let after: string | undefined;
  for (;;) {
    const waiting: QueueEntry[] = await documents.query<QueueEntry>({
      collection: queue.collection,
      where: { status: 'waiting' },
      orderBy: 'orderKey',
      direction: 'ascending',
      ...(after === undefined ? {} : { after }),
      limit: page,
    });
    const ripe = waiting.filter(({ notBefore }) => notBefore === null || notBefore <= now.toISOString());
    const busy = ripe.length === 0 ? new Set() : await busyPeople(documents, runningPerPerson);
    yield ripe.filter(({ ownerId }) => !busy.has(ownerId));
    if (waiting.length < page) return;
    after = waiting.at(-1)?.orderKey;
  }
};

/**
 * The first waiting job whose time has come and that a ready engine can draw; null: there is none, or the queue
 * is paused. While all engines are ready that is the first whose time has come; else those whose engines
 * rest are passed over and keep their places, as is who has `runningPerPerson` drawn already (0: any number).
 */
export const nextInQueue = async (
  documents: DocumentReader,
  now: Date,
  engines: readonly ImageEngine[],
  isReady: (engine: ImageEngine) => boolean,
  runningPerPerson: number,
): Promise<Next | null> => {
  if (!engines.some(isReady)) return null;
  if ((await documents.get(queueState.collection, queueName))?.paused) return null;
  for await (const entries of due(documents, now, runningPerPerson)) {
    const looked = engines.every(isReady) ? entries.slice(0, 1) : entries;
    const ids = looked.map(({ jobId }) => jobId);
    const known = await documents.getAll<Job>(jobs.collection, ids);
    for (const jobId of ids) {
      const job = known.get(jobId);
      if (job === undefined) continue;
      const able = enginesFor(engines, job.request.model);
      const engine = able.find(isReady);
      if (engine !== undefined) return { jobId, engine, others: able.filter((other) => other !== engine) };
    }
  }
  return null;
};
