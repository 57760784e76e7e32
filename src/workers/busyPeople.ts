import type { UserId } from '../events/ids.ts';
import type { DocumentReader } from '../projections/documents/documentStore.ts';
import type { QueueEntry } from '../projections/model.ts';
import { queue } from '../projections/queue.ts';
import { queryAll } from '../projections/reading/queryAll.ts';

/**
 * Who has as many pictures drawn as one person may have at once; 0: any number, and so nobody. Few are
 * drawn at once, so all are read.
 */
export const busyPeople = async (
  documents: DocumentReader,
  runningPerPerson: number,
): Promise<ReadonlySet<UserId>> => {
  if (runningPerPerson === 0) return new Set();
  const running = new Map<UserId, number>();
  for (const { ownerId } of await queryAll<QueueEntry>(documents, {
    ...{ collection: queue.collection, where: { status: 'running' } },
    ...{ orderBy: 'orderKey', direction: 'ascending' },
  }))
    running.set(ownerId, (running.get(ownerId) ?? 0) + 1);
  return new Set([...running].flatMap(([owner, count]) => (count < runningPerPerson ? [] : [owner])));
};
