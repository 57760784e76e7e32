import { describe, expect, it, vi } from 'vitest';
import { type Loaded, load } from '../../../src/commands/handler.ts';
import { jobDecider } from '../../../src/commands/job.ts';
import type { JobState } from '../../../src/commands/jobState.ts';
import type { ImageId, JobId } from '../../../src/events/ids.ts';
import type { EventLog } from '../../../src/events/log/eventLog.ts';
import { jobStream } from '../../../src/events/streams.ts';
import { createRecentJobs } from '../../../src/workers/recentJobs.ts';
import { openMemoryLog } from '../../support/deliveryLog.ts';
import { ben, jobNumber, openHistory } from '../../support/happened.ts';
import { cancelled, picture, queued, started } from '../../support/jobFacts.ts';
import { adas, contextOf, openDesks } from '../../support/story.ts';

/** A job as its events leave it. */
const jobOf = (n: number, prompt: string, ...more: Parameters<typeof history.happens>[1][]) => {
  const { data } = queued();
  const facts = [
    { type: 'JobQueued', data: { ...data, request: { ...data.request, prompt } } } as const,
    ...more,
  ];
  const state = facts.reduce(
    (job: JobState, fact) => jobDecider.evolve(job, history.happens(jobStream(jobNumber(n)), fact)),
    jobDecider.initial,
  );
  return {
    state,
    revision: facts.length - 1,
    position: null,
    correlationId: null,
    firstId: null,
    lastId: null,
  } satisfies Loaded<JobState>;
};
const history = openHistory();

describe('what a process remembers of jobs', () => {
  it('is how it left those that wait or run; one that has ended is forgotten', () => {
    const jobs = createRecentJobs();
    const waiting = jobOf(1, 'a pier');
    jobs.keep(jobNumber(1), waiting);
    expect(jobs.recall(jobNumber(1))).toBe(waiting);
    const running = jobOf(1, 'a pier', started());
    jobs.keep(jobNumber(1), running);
    expect(jobs.recall(jobNumber(1))).toBe(running);
    jobs.keep(jobNumber(1), jobOf(1, 'a pier', started(), cancelled('running')));
    expect(jobs.recall(jobNumber(1))).toBeNull();
  });

  it('is bounded by its size: what was kept longest goes first', () => {
    const jobs = createRecentJobs(10_000);
    const long = 'a'.repeat(3_000);
    for (const n of [1, 2, 3]) jobs.keep(jobNumber(n), jobOf(n, long));
    jobs.keep(jobNumber(1), jobOf(1, long, started()));
    jobs.keep(jobNumber(4), jobOf(4, long));
    expect([1, 2, 3, 4].filter((n) => jobs.recall(jobNumber(n)) !== null)).toEqual([1, 3, 4]);
    for (let n = 5; n < 1_000; n += 1) jobs.keep(jobNumber(n), jobOf(n, long));
    const left = Array.from({ length: 1_000 }, (_, n) => n).filter((n) => jobs.recall(jobNumber(n)) !== null);
    expect(left).toEqual([997, 998, 999]);
  });

  it('is not kept where it alone is too large', () => {
    const jobs = createRecentJobs(1_000);
    jobs.keep(jobNumber(1), jobOf(1, 'a'.repeat(2_000)));
    expect(jobs.recall(jobNumber(1))).toBeNull();
  });
});

describe('a desk', () => {
  const shown = { step: 1, steps: 2, stage: 'sky', preview: null };
  const result = { images: [{ ...picture, imageId: 'ab'.repeat(32) as ImageId }], engine: 'e', model: 'm' };

  /** A job asked for and queued, on a log whose reads of the job are counted. */
  const openQueued = async () => {
    const log = openMemoryLog();
    const read = vi.fn<(stream: string) => void>();
    const counted: EventLog = {
      ...log,
      readStream(stream, options) {
        read(stream);
        return log.readStream(stream, options);
      },
    };
    const here = openDesks(counted);
    const { conversationId } = await here.commands.startConversation(adas(), { participants: [ben.id] });
    const asked = await here.commands.postMessage(adas(), conversationId, { text: 'a pier', image: {} });
    await here.desk.queue(asked.messageId);
    const jobId = asked.jobId as JobId;
    const readsOfJob = () => read.mock.calls.filter(([stream]) => stream === jobStream(jobId)).length;
    return { log, ...here, jobId, readsOfJob, another: openDesks({ ...log }) };
  };

  it('takes a job from the queue to its picture without reading it', async () => {
    const { desk, jobId, readsOfJob, log } = await openQueued();
    const claim = await desk.claim(jobId, 'sketch');
    if (claim === null) throw new Error('nobody else was there to claim it');
    await desk.progress(claim, shown);
    expect(await desk.complete(claim, result)).toBe('kept');
    expect(readsOfJob()).toBe(0);
    expect((await load(log, jobStream(jobId), jobDecider)).state.status).toBe('completed');
  });

  it('finds out that another process claimed the job that it remembers as waiting', async () => {
    const { desk, another, jobId } = await openQueued();
    expect(await another.desk.claim(jobId, 'sketch')).not.toBeNull();
    expect(await desk.claim(jobId, 'sketch')).toBeNull();
  });

  it('finds out that another process cancelled the job that it remembers as running', async () => {
    const { desk, another, jobId } = await openQueued();
    const claim = await desk.claim(jobId, 'sketch');
    if (claim === null) throw new Error('nobody else was there to claim it');
    await another.commands.cancelJob(contextOf(ben, ['operator']), jobId);
    expect(await desk.progress(claim, shown)).toBe('lost');
    expect(await desk.complete(claim, result)).toBe('lost');
  });

  it('claims a job that it remembers as running and that another process gave back to the queue', async () => {
    const { desk, another, jobId } = await openQueued();
    const first = await desk.claim(jobId, 'sketch');
    await another.desk.giveUp(jobId, 1, {
      ...{ code: 'engine_unavailable', retryable: true, reference: 'r' },
      spared: { notBefore: null },
    });
    expect(first?.attempt).toBe(1);
    expect((await desk.claim(jobId, 'sketch'))?.attempt).toBe(2);
  });
});
