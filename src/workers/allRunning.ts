import type { Job } from '../projections/model.ts';
import type { ReadModel } from '../projections/readModel.ts';

const page = 200;

/** Every job that is being drawn, as the documents have it. */
export const allRunning = async (readModel: Pick<ReadModel, 'jobs'>): Promise<readonly Job[]> => {
  const running: Job[] = [];
  let cursor = null;
  do {
    const found: Awaited<ReturnType<ReadModel['jobs']>> = await readModel.jobs({
      of: null,
      status: 'running',
      limit: page,
      ...(cursor === null ? {} : { cursor }),
    });
    running.push(...found.items);
    cursor = found.nextCursor;
  } while (cursor !== null);
  return running;
};
