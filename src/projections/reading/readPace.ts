import type { DocumentReader } from '../documents/documentStore.ts';
import { jobs } from '../jobs.ts';
import type { Job } from '../model.ts';
import { type Pace, paceOf } from '../waitingTime.ts';

/** Of older ones the engine, its load and what is asked for may have been others. */
const measured = 20;

export const readPace = async (reader: DocumentReader): Promise<Pace | null> =>
  paceOf(
    await reader.query<Job>({
      ...{ collection: jobs.collection, where: { status: 'completed' } },
      ...{ orderBy: 'createdPosition', direction: 'descending', limit: measured },
    }),
  );
