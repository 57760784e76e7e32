import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { type Duty, duties } from '../../../src/assembly/duties.ts';
import { readConfig } from '../../../src/config.ts';
import { failures } from '../../../src/events/failures.ts';
import { type Darkroom, startDarkroom } from '../../../src/main.ts';
import { type Called, httpCaller, type Person } from '../../support/httpCalls.ts';

const shownJobs = z.object({
  items: z.array(
    z.object({
      jobId: z.string(),
      status: z.string(),
      place: z.number().nullable(),
      error: z
        .object({ code: z.string(), title: z.string(), whatToDo: z.string(), reference: z.string() })
        .nullable(),
    }),
  ),
});
const askedJob = z.object({ job: z.object({ jobId: z.string() }) });

describe('limits of the queue', () => {
  let folder: string;
  let darkroom: Darkroom | null;

  /** Whoever asks waits: nobody draws. */
  const start = async (settings: Readonly<Record<string, string>>, does: readonly Duty[] = duties) => {
    const config = readConfig({ DATA_DIR: folder, PORT: '0', WORKERS: '0', ...settings });
    darkroom = await startDarkroom(config, pino({ level: 'silent' }), new Set(does));
    return httpCaller(darkroom.url);
  };
  const stop = async (): Promise<void> => {
    await darkroom?.stop();
    darkroom = null;
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'darkroom-limits-'));
    darkroom = null;
  });
  afterEach(async () => {
    await stop();
    await rm(folder, { recursive: true });
  });

  const ask = (person: Person, conversationId: string, key?: string): Promise<Called> =>
    person.call('POST', `/conversations/${conversationId}/messages`, {
      body: { text: 'a storm', image: {} },
      ...(key === undefined ? {} : { headers: { 'Idempotency-Key': key } }),
    });
  const jobsOf = async (person: Person) =>
    shownJobs.parse((await person.call('GET', '/jobs?limit=200')).body).items;
  /** Once each job is in the queue, or was refused. */
  const decided = (person: Person) =>
    vi.waitFor(
      async () => {
        const jobs = await jobsOf(person);
        if (jobs.some(({ status }) => status === 'accepted')) throw new Error('not all are decided');
        return jobs;
      },
      { timeout: 30_000, interval: 50 },
    );
  const someone = async (caller: ReturnType<typeof httpCaller>, name?: string) => {
    const person = await caller.signIn(['user'], name);
    return { person, id: await person.startConversation() };
  };
  const idOf = ({ body }: Called): string => askedJob.parse(body).job.jobId;

  /** Of twenty that were asked for at once five wait; of all others somebody was told that there are too many. */
  const expectFive = (answers: readonly Called[], jobs: Awaited<ReturnType<typeof jobsOf>>) => {
    const accepted = answers.filter(({ status }) => status === 202);
    for (const { status, body, headers } of answers.filter((answer) => !accepted.includes(answer))) {
      expect([status, body]).toMatchObject([429, { code: 'quota_exceeded' }]);
      expect(body.detail).toMatch(/You have .* waiting, and may have 5\. Wait until one of them is begun/);
      expect(headers.get('Retry-After')).toBe('10');
    }
    expect(jobs.map(({ jobId }) => jobId).toSorted()).toEqual(accepted.map(idOf).toSorted());
    expect(jobs.filter(({ status }) => status === 'queued')).toHaveLength(5);
    for (const { status, error } of jobs.filter((job) => job.status !== 'queued')) {
      const { title, whatToDo } = failures.quota_exceeded;
      expect([status, error]).toMatchObject(['failed', { code: 'quota_exceeded', title, whatToDo }]);
    }
  };

  it('let five of twenty pictures wait that one person asks for at once, and tell of each other why not', async () => {
    const { person, id } = await someone(await start({ MAX_WAITING_JOBS_PER_USER: '5' }));
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(person, id)));
    expectFive(answers, await decided(person));
  });

  it('are kept by whoever queues after a restart, for what was accepted before it', async () => {
    const settings = { MAX_WAITING_JOBS_PER_USER: '5' };
    const before = await someone(await start(settings, ['api', 'projector']), 'Ada');
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(before.person, before.id)));
    await stop();
    const after = await (await start(settings)).signIn(['user'], 'Ada');
    expectFive(answers, await decided(after));
    await stop();
    const again = await (await start(settings)).signIn(['user'], 'Ada');
    expectFive(answers, await decided(again));
  });

  it('are each person’s own, and let the next in when one has left', async () => {
    const caller = await start({ MAX_WAITING_JOBS_PER_USER: '1' });
    const [ada, ben] = [await someone(caller), await someone(caller)];
    const first = await ask(ada.person, ada.id);
    expect(first.status).toBe(202);
    await decided(ada.person);
    expect((await ask(ada.person, ada.id)).status).toBe(429);
    expect((await ask(ben.person, ben.id)).status).toBe(202);
    // A message without a picture is no matter of the queue.
    await ada.person.post(ada.id, { text: 'then I wait' });
    await ada.person.call('POST', `/jobs/${idOf(first)}/cancel`);
    expect((await ask(ada.person, ada.id)).status).toBe(202);
    expect((await decided(ada.person)).map(({ status }) => status)).toEqual(['queued', 'cancelled']);
  });

  it('answer a repetition as the first time, and let through under its key who was only told to wait', async () => {
    const { person, id } = await someone(await start({ MAX_WAITING_JOBS_PER_USER: '1' }));
    const first = await ask(person, id, 'first');
    await decided(person);
    expect((await ask(person, id, 'second')).status).toBe(429);
    const repeated = await ask(person, id, 'first');
    expect([repeated.status, idOf(repeated)]).toEqual([202, idOf(first)]);
    await person.call('POST', `/jobs/${idOf(first)}/cancel`);
    expect((await ask(person, id, 'second')).status).toBe(202);
  });

  it('hold for those who try again, one by one, and two clicks on one picture are one', async () => {
    const { person, id } = await someone(await start({ MAX_WAITING_JOBS_PER_USER: '3' }));
    const cancelled: string[] = [];
    for (let n = 0; n < 8; n += 1) {
      const jobId = idOf(await ask(person, id));
      await person.call('POST', `/jobs/${jobId}/cancel`);
      cancelled.push(jobId);
    }
    const retry = (jobId: string) => person.call('POST', `/jobs/${jobId}/retry`);
    const answers = await Promise.all(cancelled.map(retry));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(3);
    for (const { status, body } of answers.filter((answer) => answer.status !== 202))
      expect([status, body.code]).toEqual([429, 'quota_exceeded']);
    const queued = (await decided(person)).filter(({ status }) => status === 'queued');
    expect(queued).toHaveLength(3);
    const again = cancelled[answers.findIndex(({ status }) => status === 202)] ?? '';
    expect((await retry(again)).status).toBe(202);
  });

  it('end at the queue’s length, whoever asks: what waits stays, and who comes is told so', async () => {
    const caller = await start({ MAX_QUEUE_LENGTH: '3' });
    const people = [await someone(caller), await someone(caller)];
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => people.map(({ person, id }) => ask(person, id))).flat(),
    );
    const jobs = (await Promise.all(people.map(({ person }) => decided(person)))).flat();
    expect(jobs.filter(({ status }) => status === 'queued')).toHaveLength(3);
    expect(jobs).toHaveLength(answers.filter(({ status }) => status === 202).length);
    for (const { error } of jobs.filter(({ status }) => status !== 'queued'))
      expect(error?.code).toBe('queue_full');
    const [{ person, id }] = people as [Awaited<ReturnType<typeof someone>>];
    const { status, body, headers } = await ask(person, id);
    expect([status, body.code, headers.get('Retry-After')]).toEqual([429, 'queue_full', '60']);
  });

  it('share turns between people where they are to, also with who tries again', async () => {
    const caller = await start({ FAIR_SHARE: 'on' });
    const [ada, ben] = [await someone(caller), await someone(caller)];
    for (let n = 0; n < 5; n += 1) await ask(ada.person, ada.id);
    await decided(ada.person);
    const jobId = idOf(await ask(ben.person, ben.id));
    expect((await decided(ben.person)).map(({ place }) => place)).toEqual([2]);
    expect((await decided(ada.person)).map(({ place }) => place).toReversed()).toEqual([1, 3, 4, 5, 6]);
    await ben.person.call('POST', `/jobs/${jobId}/cancel`);
    await ben.person.call('POST', `/jobs/${jobId}/retry`);
    expect((await jobsOf(ben.person))[0]).toMatchObject({ status: 'queued', place: 2 });
  });
});
