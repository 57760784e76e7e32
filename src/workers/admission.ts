import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { type Crowd, type QueueLimits, refusalOf } from '../commands/queueLimits.ts';
import type { UserId } from '../events/ids.ts';
import type { DocumentReader } from '../projections/documents/documentStore.ts';
import { readCrowd } from '../projections/reading/readCrowd.ts';
import { nextRound, type Rounds, readRounds } from '../projections/reading/readRounds.ts';
import type { Admit } from './jobDesk.ts';

export interface QueueRules {
  readonly limits: QueueLimits;
  /** Whether people take turns inside a priority. */
  readonly fairShare: boolean;
}

export interface AdmissionParts extends QueueRules {
  readonly documents: DocumentReader;
  /** Until everything that has happened can be read in the documents. */
  readonly catchUp: () => Promise<void>;
  readonly logger: Logger;
}

/** Who may join the queue, and in which round; for the one process that queues, one job after another. */
export interface Admission {
  /** The documents are up to date: what was remembered since the last time is in them. */
  begin(): void;
  readonly admit: Admit;
}

/**
 * Documents tell who waits, but a moment late. So what is queued since is counted here, for that many are
 * queued in the moment. Who leaves the queue meanwhile isn't, so that the count may be too high, never
 * too low but by a retry, which another process queues; before anyone is refused it is counted anew.
 */
export const createAdmission = (parts: AdmissionParts): Admission => {
  const { documents, limits, fairShare, catchUp, logger } = parts;
  const isLimited = limits.waitingPerPerson > 0 || limits.length > 0;
  /** At the last look. */
  let crowds = new Map<UserId, Crowd>();
  let rounds = new Map<string, Rounds>();
  /** Queued since. */
  let queued = new Map<UserId, number>();
  let queuedByAll = 0;

  const begin = (): void => {
    crowds = new Map();
    rounds = new Map();
    queued = new Map();
    queuedByAll = 0;
  };

  const crowdOf = async (owner: UserId): Promise<Crowd> => {
    const known = crowds.get(owner) ?? (await readCrowd(documents, owner));
    crowds.set(owner, known);
    return { ofPerson: known.ofPerson + (queued.get(owner) ?? 0), all: known.all + queuedByAll };
  };

  const count = (owner: UserId): void => {
    queued.set(owner, (queued.get(owner) ?? 0) + 1);
    queuedByAll += 1;
  };

  const refusal = async (owner: UserId) => {
    if (!isLimited || refusalOf(limits, await crowdOf(owner)) === null) return null;
    await catchUp();
    begin();
    return refusalOf(limits, await crowdOf(owner));
  };

  const takeRound = async (owner: UserId, priority: number): Promise<number> => {
    if (!fairShare) return 0;
    const key = `${priority}:${owner}`;
    const known = rounds.get(key) ?? (await readRounds(documents, owner, priority));
    const round = nextRound(known);
    rounds.set(key, { ...known, own: round });
    return round;
  };

  return {
    begin,
    async admit(owner, priority) {
      const code = await refusal(owner);
      if (code !== null) {
        const reference = randomUUID();
        logger.info({ ownerId: owner, code, reference }, 'a job was refused');
        return { refused: { code, reference } };
      }
      count(owner);
      return { round: await takeRound(owner, priority) };
    },
  };
};
