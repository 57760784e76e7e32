import { permitOneMore, type QueueDoor, type QueueLimits } from '../commands/queueLimits.ts';
import type { EventLog } from '../events/log/eventLog.ts';
import type { DocumentStore } from '../projections/documents/documentStore.ts';
import { readComingCrowd } from '../projections/reading/readCrowd.ts';
import { nextRound, readRounds } from '../projections/reading/readRounds.ts';
import type { ReadModel } from '../projections/readModel.ts';

export interface QueueDoorParts {
  readonly log: Pick<EventLog, 'head'>;
  readonly documents: Pick<DocumentStore, 'snapshot'>;
  readonly readModel: Pick<ReadModel, 'whenProcessed'>;
  readonly limits: QueueLimits;
  readonly fairShare: boolean;
}

const longestWait = 5_000;

/** The door to the queue, by what the documents say. */
export const createQueueDoor = ({
  log,
  documents,
  readModel,
  limits,
  fairShare,
}: QueueDoorParts): QueueDoor => {
  const isLimited = limits.waitingPerPerson > 0 || limits.length > 0;
  return {
    async catchUp() {
      if (isLimited || fairShare) await readModel.whenProcessed(await log.head(), longestWait);
    },
    async permitOneMore(owner) {
      if (!isLimited) return;
      permitOneMore(limits, await documents.snapshot((reader) => readComingCrowd(reader, owner)));
    },
    async roundFor(owner, priority) {
      if (!fairShare) return 0;
      return nextRound(await documents.snapshot((reader) => readRounds(reader, owner, priority)));
    },
  };
};
