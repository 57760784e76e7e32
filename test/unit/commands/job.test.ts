import { describe, expect, it } from 'vitest';
import { type JobCommand, jobDecider } from '../../../src/commands/job.ts';
import { limitsFor } from '../../../src/commands/jobState.ts';
import type { JobEvent } from '../../../src/events/job.ts';
import {
  ada,
  conversationNumber,
  jobNumber,
  messageNumber,
  request,
  timeAt,
} from '../../support/happened.ts';
import {
  cancelled,
  completed,
  discarded,
  failed,
  order,
  picture,
  prioritized,
  progressed,
  queued,
  refused,
  requeued,
  started,
  submitted,
} from '../../support/jobFacts.ts';
import { named, type Outcome, specificationOf } from '../../support/specification.ts';

const given = specificationOf(jobDecider, `job-${jobNumber(1)}`);

/** Half a second after the second event that is given. */
const now = new Date(Date.parse(timeAt(2)) + 500);
const lost = { code: 'timeout', reference: 'r', notBefore: null, spared: false } as const;

const queue: JobCommand = { type: 'queue', ...queued().data };
const refuse: JobCommand = { type: 'refuse', ...refused().data };
const start: JobCommand = { type: 'start', worker: 'worker:1', engine: 'sketch', now };
const submit = (attempt = 1): JobCommand => ({ type: 'submit', ...submitted(attempt).data });
const progress = (attempt = 1): JobCommand => ({ type: 'progress', ...progressed(attempt).data });
const complete = (attempt = 1, at = now): JobCommand => ({
  type: 'complete',
  ...{ attempt, images: [picture], engine: 'sketch', model: 'sketch 1', now: at },
});
const fail = (attempt = 1, retryable = true): JobCommand => ({ type: 'fail', attempt, retryable, ...lost });
const lose = (attempt = 1): JobCommand => ({ type: 'lose', attempt, ...lost });
const prioritize = (priority: number): JobCommand => ({ type: 'prioritize', priority });
const cancel: JobCommand = { type: 'cancel', by: ada };
const discard = (attempt = 1): JobCommand => ({ type: 'discard', ...discarded(attempt).data });

/** Everything that may be asked of a job; a worker speaks of its attempt, the first or the second. */
const commands = {
  'to be queued': queue,
  'to be refused': refuse,
  'to be claimed': start,
  'to note what attempt 1 submitted': submit(1),
  'to note what attempt 2 submitted': submit(2),
  'to note progress of attempt 1': progress(1),
  'to note progress of attempt 2': progress(2),
  'to take the pictures of attempt 1': complete(1),
  'to take the pictures of attempt 2': complete(2),
  'to fail attempt 1, and try again': fail(1),
  'to fail attempt 2, and try again': fail(2),
  'to fail attempt 1 for good': fail(1, false),
  'to give attempt 1 up': lose(1),
  'to give attempt 2 up': lose(2),
  'to move to another priority': prioritize(5),
  'to stay at its priority': prioritize(0),
  'to be cancelled': cancel,
  'to discard the pictures of attempt 1': discard(1),
  'to discard the pictures of attempt 2': discard(2),
} as const satisfies Record<string, JobCommand>;
type Asked = keyof typeof commands;

/** Two attempts are allowed. */
const situations = {
  'is only accepted': [],
  waits: [queued()],
  'is in its first attempt': [queued(), started()],
  'waits for its second attempt': [queued(), started(), requeued()],
  'is in its second and last attempt': [queued(), started(), requeued(), started(2)],
  'is completed': [queued(), started(), completed()],
  'has failed in its last attempt': [queued(), started(), requeued(), started(2), failed(2)],
  'was refused': [refused()],
  'was cancelled before it was queued': [cancelled('accepted')],
  'was cancelled while it waited': [queued(), cancelled()],
  'was cancelled in its first attempt': [queued(), started(), cancelled('running')],
} as const satisfies Record<string, readonly JobEvent[]>;
type Situation = keyof typeof situations;

type Outcomes = Partial<Record<Asked, Outcome<JobEvent>>>;

/** Pictures that come when no attempt is running are noted, and not shown. */
const late: Outcomes = {
  'to take the pictures of attempt 1': [discarded(1)],
  'to take the pictures of attempt 2': [discarded(2)],
  'to discard the pictures of attempt 1': [discarded(1)],
  'to discard the pictures of attempt 2': [discarded(2)],
};

const ended: Outcomes = {
  'to move to another priority': 'job_ended',
  'to stay at its priority': 'job_ended',
};

/** What happens; where a command isn't listed, nothing does. */
const outcomes: Record<Situation, Outcomes> = {
  'is only accepted': {
    'to be queued': [queued()],
    'to be refused': [refused()],
    'to be cancelled': [cancelled('accepted')],
    'to move to another priority': 'job_not_queued',
    'to stay at its priority': 'job_not_queued',
  },
  waits: {
    'to be claimed': [started()],
    'to be cancelled': [cancelled('waiting')],
    'to move to another priority': [prioritized(5)],
    ...late,
  },
  'is in its first attempt': {
    'to note what attempt 1 submitted': [submitted(1)],
    'to note progress of attempt 1': [progressed(1)],
    'to take the pictures of attempt 1': [completed(1)],
    'to fail attempt 1, and try again': [requeued(1)],
    'to fail attempt 1 for good': [failed(1, 'timeout', false)],
    'to give attempt 1 up': [requeued(1)],
    'to move to another priority': [prioritized(5, 'running')],
    'to be cancelled': [cancelled('running')],
    'to take the pictures of attempt 2': [discarded(2)],
    'to discard the pictures of attempt 2': [discarded(2)],
  },
  'waits for its second attempt': {
    'to be claimed': [started(2)],
    'to be cancelled': [cancelled('waiting')],
    'to move to another priority': [prioritized(5)],
    ...late,
  },
  'is in its second and last attempt': {
    'to note what attempt 2 submitted': [submitted(2)],
    'to note progress of attempt 2': [progressed(2)],
    'to take the pictures of attempt 1': [discarded(1)],
    'to take the pictures of attempt 2': [completed(2, { waitedMs: 3_000, drawnMs: 0 })],
    'to fail attempt 2, and try again': [failed(2)],
    'to give attempt 2 up': [failed(2)],
    'to move to another priority': [prioritized(5, 'running')],
    'to be cancelled': [cancelled('running')],
    'to discard the pictures of attempt 1': [discarded(1)],
  },
  'is completed': {
    'to take the pictures of attempt 2': [discarded(2)],
    'to discard the pictures of attempt 2': [discarded(2)],
    ...ended,
  },
  'has failed in its last attempt': { ...late, ...ended },
  'was refused': { ...late, ...ended },
  'was cancelled before it was queued': { ...late, ...ended },
  'was cancelled while it waited': { ...late, ...ended },
  'was cancelled in its first attempt': { ...late, ...ended },
};

const keysOf = <Key extends string>(record: Record<Key, unknown>) => Object.keys(record) as Key[];

for (const situation of keysOf(situations))
  describe(`a job that ${situation}`, () => {
    for (const asked of keysOf(commands)) {
      const outcome = outcomes[situation][asked] ?? [];
      it(`asked ${asked}: ${named(outcome)}`, () => {
        given(situations[situation]).when(commands[asked]).thenThis(outcome);
      });
    }
  });

describe('the ticket', () => {
  it('is the position of JobQueued in the log, and stays through every attempt', () => {
    given([queued(), started(), requeued(), started(2), requeued(2), started(3)])
      .when(cancel)
      .then([cancelled('running')]);
    expect(given([queued(), started(), requeued()]).state).toMatchObject({ details: { order } });
  });

  it('stays when the priority changes, and the new priority is kept when the job waits again', () => {
    const moved = { ...order, priority: 5 };
    const again = requeued();
    given([queued(), prioritized(5), started()])
      .when(lose(1))
      .then([{ ...again, data: { ...again.data, order: moved } }]);
  });
});

describe('attempts', () => {
  it('end with a failure that says why when the last is over', () => {
    given([queued(), started(), requeued(), started(2)])
      .when({ ...lost, type: 'lose', attempt: 2, code: 'stuck' })
      .then([failed(2, 'stuck')]);
  });

  it('keep one more though the last is over, where that was no fault of the job', () => {
    given([queued(), started(), requeued(), started(2)])
      .when({ ...lost, type: 'fail', attempt: 2, retryable: true, spared: true })
      .then([requeued(2)]);
    given([queued(), started(), requeued(), started(2), requeued(2), started(3)])
      .when({ ...lost, type: 'fail', attempt: 3, retryable: true })
      .then([failed(3)]);
  });

  it('end at once where trying again can not help', () => {
    given([queued(), started()])
      .when({ ...lost, type: 'fail', attempt: 1, code: 'content_rejected', retryable: false })
      .then([failed(1, 'content_rejected', false)]);
  });

  it('may be one alone', () => {
    const { type, data } = queued();
    given([{ type, data: { ...data, limits: { attempts: 1, timeoutMs: 1_000 } } }, started()])
      .when(lose(1))
      .then([failed(1)]);
  });

  it('wait until the time that was set for the next, and begin then', () => {
    const until = new Date(now.getTime() + 1).toISOString();
    given([queued(), started(), requeued(1, until)])
      .when(start)
      .thenNothing();
    given([queued(), started(), requeued(1, now.toISOString())])
      .when(start)
      .then([started(2)]);
  });
});

describe('what was submitted to an engine', () => {
  const kept = (...facts: readonly JobEvent[]) => {
    const { state } = given([queued(), started(), ...facts]);
    return state.status === 'running' || state.status === 'waiting'
      ? state.submitted.map(({ engine, picture: which, engineId }) => `${engine} ${which} ${engineId}`)
      : [];
  };
  it('is known to the next attempt where worker or engine went away, for the engine may have it still', () => {
    const away = requeued(1, null, 'engine_unavailable');
    expect(kept(submitted(), away)).toEqual(['comfyui 0 prompt-1']);
    expect(kept(submitted(), away, started(2))).toEqual(['comfyui 0 prompt-1']);
  });

  it.each(['timeout', 'stuck', 'internal', 'out_of_memory'] as const)(
    'is done with after an attempt that ended as %s: the next draws anew',
    (why) => expect(kept(submitted(), requeued(1, null, why), started(2))).toEqual([]),
  );

  it('is, of each picture, the last at each engine', () => {
    const other = { engine: 'bfl', picture: 0 };
    expect(
      kept(
        submitted(),
        submitted(1, 'b', { engine: 'comfyui', picture: 1 }),
        submitted(1, 'c', other),
        submitted(1, 'd'),
      ),
    ).toEqual(['comfyui 1 b', 'bfl 0 c', 'comfyui 0 d']);
  });
});

describe('pictures that come too late', () => {
  it('are noted once for each attempt', () => {
    given([queued(), started(), requeued(), discarded(1)])
      .when(complete(1))
      .thenNothing();
    given([queued(), started(), requeued(), started(2), discarded(1)])
      .when(cancel)
      .then([cancelled('running')]);
    given([queued(), started(), requeued(), started(2), discarded(1), cancelled('running')])
      .when(complete(2))
      .then([discarded(2)]);
  });

  it('never take the place of those that the job was completed with', () => {
    given([queued(), started(), requeued(), started(2), completed(2)])
      .when(complete(1))
      .then([discarded(1)]);
    given([queued(), started(), completed()]).when(complete(1)).thenNothing();
  });
});

describe('durations', () => {
  it('are never negative, though the clocks of two machines differ', () => {
    given([queued(), started()])
      .when(complete(1, new Date(0)))
      .then([completed(1, { waitedMs: 1_000, drawnMs: 0 })]);
  });
});

describe('the time an attempt may take', () => {
  const server = { attempts: 3, timeoutMs: 60_000 };
  it.each([
    [null, 60_000],
    [1_000, 1_000],
    [60_000, 60_000],
    [600_000, 60_000],
  ])('of a request that says %s is %i ms where the server allows 60,000', (timeoutMs, limit) => {
    expect(limitsFor({ ...request, timeoutMs }, server)).toEqual({ attempts: 3, timeoutMs: limit });
  });
});

describe('whom it concerns', () => {
  const subject = {
    conversationId: conversationNumber(1),
    messageId: messageNumber(1),
    jobId: jobNumber(1),
    ownerId: ada.id,
  };

  it('is told by the job once it is queued, and by nothing before', () => {
    const { subjectOf, initial } = jobDecider;
    expect(subjectOf([queued()], initial)).toEqual(subject);
    expect(subjectOf([started()], given([queued()]).state)).toEqual(subject);
    expect(subjectOf([refused()], initial)).toEqual({});
    expect(subjectOf([discarded()], given([refused()]).state)).toEqual({});
  });
});
