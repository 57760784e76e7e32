import type { Logger } from 'pino';
import type { DomainEvent } from '../events/catalogue.ts';
import type { EventLog } from '../events/log/eventLog.ts';
import { createBell } from '../projections/bell.ts';
import { conversations } from '../projections/conversations.ts';
import type { DocumentReader, DocumentStore, Query } from '../projections/documents/documentStore.ts';
import { thisInstance } from '../projections/instance.ts';
import { keepLeases, type Leases } from '../projections/leases.ts';
import type { QueueingTask } from '../projections/model.ts';
import { queueing } from '../projections/queueing.ts';
import type { ProjectionRunner } from '../projections/runner.ts';
import { createAdmission, type QueueRules } from './admission.ts';
import { followLog } from './following.ts';
import type { Running } from './imageWorker.ts';
import type { JobDesk } from './jobDesk.ts';

export interface QueueingParts {
  readonly log: EventLog;
  readonly documents: DocumentReader & Pick<DocumentStore, 'readRecord' | 'writeRecord'>;
  readonly projections: Pick<ProjectionRunner, 'whenProcessed'>;
  readonly desk: Pick<JobDesk, 'queue' | 'cancel'>;
  /** Left out: everyone may queue any number, first come, first served. */
  readonly rules?: QueueRules;
  readonly logger: Logger;
}

const noRules: QueueRules = { limits: { waitingPerPerson: 0, length: 0 }, fairShare: false };

/** Of many processes that queue one leads: it queues, the others wait for its end. */
export interface QueueingHealth {
  readonly leads: boolean;
}

const occasions: ReadonlySet<string> = new Set([
  'MessagePosted',
  'MessageRemoved',
  'ConversationArchived',
] satisfies DomainEvent['type'][]);

const longestSleep = 1_000;
const patience = 10_000;
const page = 100;

/** Tasks in the order in which their messages were posted. */
const tasks = async function* (
  documents: DocumentReader,
  where: Query<QueueingTask>['where'],
): AsyncIterable<QueueingTask> {
  let after: string | undefined;
  for (;;) {
    const found: QueueingTask[] = await documents.query<QueueingTask>({
      collection: queueing.collection,
      where,
      orderBy: 'postedPosition',
      direction: 'ascending',
      ...(after === undefined ? {} : { after }),
      limit: page,
    });
    yield* found;
    if (found.length < page) return;
    after = found.at(-1)?.postedPosition;
  }
};

/**
 * The process that queues, of many the one that holds the lease: works off the to-do list that is
 * projected from the log, in the order of the messages. The list holds what is not done yet, so it needs
 * no checkpoint, and a crash anywhere leaves the rest of the list. Doing a task twice, here or on another
 * node, is one job: its id is derived. Limits and rounds are decided here, one job after another.
 */
export const startQueueing = ({
  log,
  documents,
  projections,
  desk,
  rules = noRules,
  logger,
}: QueueingParts): Running & {
  health(): QueueingHealth;
} => {
  const end = new AbortController();
  const bell = createBell();
  /** Archived while nobody listened, or just now: their jobs are cancelled. */
  const archived = new Set<string>();
  /** Something may have been archived that was not heard. */
  let mustLook = true;

  const catchUp = async (): Promise<void> => projections.whenProcessed(await log.head(), patience);
  const admission = createAdmission({ ...rules, documents, catchUp, logger });

  const hear = async (events: readonly DomainEvent[]): Promise<void> => {
    for (const event of events)
      if (event.type === 'ConversationArchived' && event.conversationId !== undefined)
        archived.add(event.conversationId);
    if (events.some(({ type }) => occasions.has(type))) bell.ring();
  };

  const cancelAll = async ({ active, toQueue }: QueueingTask): Promise<void> => {
    for (const jobId of toQueue === null ? active : [toQueue, ...active]) await desk.cancel(jobId);
  };

  const workOff = async (): Promise<void> => {
    admission.begin();
    for await (const task of tasks(documents, { due: true })) {
      if (task.removed) await cancelAll(task);
      else await desk.queue(task.messageId, admission.admit);
    }
    for (const conversationId of [...archived]) {
      for await (const task of tasks(documents, { conversationId })) await cancelAll(task);
      archived.delete(conversationId);
    }
  };

  /** A conversation may have been archived by a process that died before its jobs were cancelled. */
  const lookForArchived = async (): Promise<void> => {
    const seen = new Set<string>();
    for await (const { conversationId } of tasks(documents, {})) {
      if (seen.has(conversationId)) continue;
      seen.add(conversationId);
      const conversation = await documents.get(conversations.collection, conversationId);
      if (conversation?.archivedAt !== null) archived.add(conversationId);
    }
  };

  const leasing = keepLeases({
    ...{ documents, own: thisInstance, names: ['queueing'], clock: () => performance.now() },
    onTrouble: (cause) =>
      logger.warn({ err: cause }, 'the lease of queueing could not be kept; trying again'),
  });

  let leases: Leases | null = null;

  const work = async (): Promise<void> => {
    const kept = await leasing;
    leases = kept;
    while (!end.signal.aborted) {
      try {
        if (kept.held().length > 0) {
          // Before looking, too: who did this before may have projected as well, and died with it half done.
          await catchUp();
          if (mustLook) {
            mustLook = false;
            await lookForArchived();
          }
          await workOff();
        } else {
          // Another process does it. What it had heard when it ended is found by looking, should it end.
          mustLook = true;
          archived.clear();
        }
      } catch (cause) {
        mustLook = true;
        if (!end.signal.aborted) logger.error({ err: cause }, 'queueing failed; trying again');
      }
      await bell.next(end.signal, longestSleep);
    }
  };

  const following = followLog(log, end.signal, {
    hear,
    began: () => {
      mustLook = true;
      bell.ring();
    },
    onTrouble: (cause) =>
      logger.error({ err: cause }, 'the queueing process does not hear the log; trying again'),
  });
  const working = work();
  return {
    health: () => ({ leads: (leases?.held().length ?? 0) > 0 }),
    async stop() {
      end.abort();
      await Promise.all([working, following]);
      await (await leasing).stop();
    },
  };
};
