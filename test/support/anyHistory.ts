import fc from 'fast-check';
import type { DomainEvent } from '../../src/events/catalogue.ts';
import { ada, ben, imageNumber, openHistory, orderOf } from './happened.ts';

const does = [
  'ask',
  'ask',
  'queue',
  'start',
  'progress',
  'complete',
  'fail',
  'requeue',
  'cancel',
  'prioritize',
  'retry',
  'edit',
  'merge',
  'remove',
  'rename',
  'join',
  'leave',
  'pause',
  'resume',
] as const;

const steps = fc.array(
  fc.record({
    does: fc.constantFrom(...does),
    number: fc.integer({ min: 1, max: 3 }),
    priority: fc.integer({ min: -1, max: 1 }),
  }),
  { minLength: 1, maxLength: 40 },
);

interface KnownJob {
  readonly number: number;
  readonly of: number;
  status: 'accepted' | 'waiting' | 'running' | 'ended';
  order: ReturnType<typeof orderOf>;
  attempt: number;
}

/** The job of a message that lives: its first, or the one that it was tried again with. */
const retryNumber = 4;

const tell = (
  wanted: readonly {
    readonly does: (typeof does)[number];
    readonly number: number;
    readonly priority: number;
  }[],
) => {
  const history = openHistory();
  history.starts(1);
  const jobs = new Map<number, KnownJob>();
  const removed = new Set<number>();
  let paused = false;

  const jobHappens = (job: KnownJob, what: (typeof does)[number], priority: number): void => {
    const { number, of, order, attempt } = job;
    const engine = { engine: 'sketch', attempt, order };
    if (what === 'queue' && job.status === 'accepted') {
      job.order = orderOf(history.queued(number, number % 2 ? ada : ben, priority), priority);
      job.status = 'waiting';
    } else if (what === 'start' && job.status === 'waiting') {
      job.attempt += 1;
      history.job(number, { type: 'JobStarted', data: { ...engine, worker: 'w', attempt: job.attempt } }, of);
      job.status = 'running';
    } else if (what === 'progress' && job.status === 'running')
      history.job(
        number,
        {
          type: 'JobProgressed',
          data: { attempt, step: 1, steps: 2, stage: 'sky', preview: imageNumber(1) },
        },
        of,
      );
    else if (what === 'fail' && job.status === 'running') {
      history.job(
        number,
        { type: 'JobFailed', data: { code: 'internal', retryable: true, attempt, reference: 'r', order } },
        of,
      );
      job.status = 'ended';
    } else if (what === 'complete' && job.status === 'running') {
      const durations = { waitedMs: 1, drawnMs: 1 };
      const picture = {
        ...{ imageId: imageNumber(2), width: 8, height: 8, contentType: 'image/png' as const },
        ...{ bytes: 9, seed: 7 },
      };
      history.job(
        number,
        { type: 'JobCompleted', data: { ...engine, images: [picture], seed: 7, model: 'm', durations } },
        of,
      );
      job.status = 'ended';
    } else if (what === 'requeue' && job.status === 'running') {
      const again = { nextAttempt: attempt + 1, notBefore: null, reference: 'r', order };
      history.job(number, { type: 'JobRequeued', data: { why: 'stuck', attempt, ...again } }, of);
      job.status = 'waiting';
    } else if (what === 'cancel' && job.status !== 'ended') {
      const cancelled = { by: ada, was: job.status, order: job.status === 'accepted' ? null : order };
      history.job(number, { type: 'JobCancelled', data: cancelled }, of);
      job.status = 'ended';
    } else if (what === 'prioritize' && (job.status === 'waiting' || job.status === 'running')) {
      job.order = { ...order, priority };
      const data = { previousPriority: order.priority, was: job.status, order: job.order };
      history.job(number, { type: 'JobPrioritized', data }, of);
    }
  };

  for (const { does: what, number, priority } of wanted) {
    const job = jobs.get(retryNumber)?.of === number ? jobs.get(retryNumber) : jobs.get(number);
    if (what === 'ask' && job === undefined) {
      history.asks(number, number % 2 ? ada : ben, priority);
      jobs.set(number, {
        number,
        of: number,
        status: 'accepted',
        order: orderOf({ position: '' } as DomainEvent),
        attempt: 0,
      });
    } else if (what === 'rename')
      history.conversation(1, { type: 'ConversationRenamed', data: { title: `Title ${number}` } });
    else if (what === 'join' || what === 'leave') {
      const type = what === 'join' ? 'ParticipantJoined' : 'ParticipantLeft';
      history.conversation(1, { type, data: { participant: ben } });
    } else if (what === 'pause' && !paused) {
      history.queue('QueuePaused');
      paused = true;
    } else if (what === 'resume' && paused) {
      history.queue('QueueResumed');
      paused = false;
    } else if (job !== undefined && what === 'remove' && !removed.has(number)) {
      history.message(number, { type: 'MessageRemoved', data: {} });
      removed.add(number);
    } else if (job !== undefined && what === 'edit' && !removed.has(number))
      history.message(number, { type: 'MessageEdited', data: { text: `text ${priority}` } });
    else if (job !== undefined && what === 'merge' && !removed.has(number))
      history.message(number, {
        type: 'MessageMetadataMerged',
        data: { patch: { mood: priority, [`k${number}`]: null } },
      });
    else if (what === 'retry' && job?.status === 'ended' && !jobs.has(retryNumber)) {
      const order = orderOf(history.queued(retryNumber, ada, 0, number));
      jobs.set(retryNumber, { number: retryNumber, of: number, status: 'waiting', order, attempt: 0 });
    } else if (job !== undefined) jobHappens(job, what, priority);
  }
  return history.events;
};

/** A conversation with a few messages and jobs: any of what the deciders would let happen, in any order. */
export const anyHistory: fc.Arbitrary<readonly DomainEvent[]> = steps.map(tell);
