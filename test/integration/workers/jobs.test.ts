import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EngineError } from '../../../src/workers/engines/imageEngine.ts';
import { ben } from '../../support/happened.ts';
import { adas, contextOf } from '../../support/story.ts';
import {
  type Drawing,
  drawAtOnce,
  drawNever,
  openWorkshop,
  png,
  scriptedEngine,
  type Workshop,
} from '../../support/workshop.ts';

describe('the image worker', () => {
  let workshop: Workshop;

  beforeEach(async () => {
    workshop = await openWorkshop();
  });
  afterEach(() => workshop.close());

  it('draws what was asked for, keeps the picture, and removes the preview', async () => {
    const { worker, ask, ends, images, readModel } = workshop;
    worker(scriptedEngine(drawAtOnce).engine);
    const job = await ends(await ask('a lake'), 'completed');
    expect(await images.get(job.images[0]?.imageId ?? '')).toMatchObject({ contentType: 'image/png' });
    expect(job).toMatchObject({
      engine: 'scripted',
      model: 'script-1',
      attempt: 1,
      percent: 100,
      error: null,
    });
    const preview = (await images.put(png('preview of a lake').bytes, 'image/png')).imageId;
    expect((await readModel.imageUses(preview)).map(({ kind }) => kind)).toEqual(['preview']);
  });

  it('keeps a picture that looks as its last preview did', async () => {
    const { ask, ends, images, worker } = workshop;
    const drawing: Drawing = async function* (_, prompt) {
      yield { kind: 'progress', step: 1, steps: 1, stage: 'sky', preview: png(prompt) };
      yield { kind: 'finished', pictures: [png(prompt)], model: 'script-1' };
    };
    const running = worker(scriptedEngine(drawing).engine);
    const { images: drawn } = await ends(await ask('a lake'), 'completed');
    // Previews are removed after the end; who stops waits for that.
    await running.stop();
    expect(await images.get(drawn[0]?.imageId ?? '')).toMatchObject({ contentType: 'image/png' });
  });

  it('draws each of many jobs exactly once with two workers', async () => {
    const { worker, ask, ends, history } = workshop;
    const engines = [scriptedEngine(drawAtOnce), scriptedEngine(drawAtOnce)];
    const jobs = await Promise.all(Array.from({ length: 40 }, (_, number) => ask(`picture ${number}`)));
    for (const { engine } of engines) worker(engine, { slots: 3 });
    for (const id of jobs) await ends(id, 'completed');
    const asked = engines.flatMap((engine) => engine.asked);
    expect(asked.toSorted()).toEqual(jobs.map((_, number) => `picture ${number}`).toSorted());
    for (const id of jobs)
      expect((await history(id)).filter((type) => type === 'JobStarted')).toHaveLength(1);
  });

  it('passes over who has as many drawn as one person may: their place is kept, and theirs is next when one ends', async () => {
    const { worker, ask, ends, commands } = workshop;
    const bens = contextOf(ben);
    const { conversationId } = await commands.startConversation(bens, { title: 'Ben' });
    const [first, second] = [await ask('first'), await ask('second')];
    await ends(second, 'queued');
    const { jobId } = await commands.postMessage(bens, conversationId, { text: 'third', image: {} });
    if (jobId === null) throw new Error('a job was asked for');
    // Two workers have room for all three.
    worker(scriptedEngine(drawNever).engine, { slots: 2, runningPerPerson: 1 });
    worker(scriptedEngine(drawNever).engine, { slots: 1, runningPerPerson: 1 });
    await ends(first, 'running');
    await ends(jobId, 'running');
    expect(await ends(second, 'queued')).toMatchObject({ place: 1 });
    await commands.cancelJob(adas(), first);
    await ends(second, 'running');
  });

  it('stops a running job at the engine when it is cancelled, and nothing follows', async () => {
    const { worker, ask, ends, commands, history } = workshop;
    let stoppedBy: unknown;
    const { engine } = scriptedEngine(async function* (signal) {
      yield { kind: 'progress', step: 1, steps: 2, stage: 'sky', preview: null };
      await new Promise((_, reject) =>
        signal.addEventListener('abort', () => {
          stoppedBy = signal.reason;
          reject(signal.reason);
        }),
      );
    });
    worker(engine);
    const id = await ask('a lake');
    await ends(id, 'running');
    await commands.cancelJob(adas(), id);
    await ends(id, 'cancelled');
    await vi.waitFor(() => expect(String(stoppedBy)).toMatch(/lost/));
    expect((await history(id)).at(-1)).toBe('JobCancelled');
  });

  it('cancels a job before it is queued, and it is never drawn', async () => {
    const { worker, ask, ends, commands } = workshop;
    const { engine, asked } = scriptedEngine(drawAtOnce);
    const id = await ask('[never]');
    await vi.waitFor(() => commands.cancelJob(adas(), id));
    await ends(id, 'cancelled');
    worker(engine);
    await ends(await ask('another'), 'completed');
    expect(asked).toEqual(['another']);
  });

  it('ends an attempt that takes longer than its request allows as timeout, and tries again', async () => {
    const { worker, ask, ends, history } = workshop;
    worker(scriptedEngine(drawNever).engine);
    const job = await ends(await ask('slow', { timeoutMs: 1_000 }), 'failed');
    expect(job.error).toMatchObject({ code: 'timeout', title: 'This picture took too long' });
    expect(await history(job.jobId)).toEqual(expect.arrayContaining(['JobRequeued', 'JobFailed']));
    expect(job.attempt).toBe(2);
  });

  it('fails at once what the engine refuses, with words for the person', async () => {
    const { worker, ask, ends } = workshop;
    const { engine, asked } = scriptedEngine(async function* () {
      yield { kind: 'progress', step: 0, steps: 2, stage: 'reading', preview: null };
      throw new EngineError('content_rejected', 'the raw text of the engine', false);
    });
    worker(engine);
    const job = await ends(await ask('x'), 'failed');
    expect(job.error).toMatchObject({
      code: 'content_rejected',
      whatToDo: expect.stringMatching(/other words/),
    });
    expect(JSON.stringify(job)).not.toContain('raw text');
    expect(asked).toHaveLength(1);
  });

  it('hands a job of a silent worker on by the sweep, and notes the late result without showing it', async () => {
    const { worker, ask, ends, deskOf, history, sweep: sweepBy } = workshop;
    const id = await ask('a lake');
    await ends(id, 'queued');
    const frozen = deskOf('worker:frozen');
    const claim = await frozen.claim(id, 'scripted');
    if (claim === null) throw new Error('the job waited');
    await ends(id, 'running');
    let clock = 0;
    const sweep = sweepBy(() => clock);
    await sweep();
    clock = 29_999;
    await sweep();
    expect((await ends(id, 'running')).attempt).toBe(1);
    clock = 30_000;
    await sweep();
    // Its line is found by the job, and by the request that the person made.
    const line = workshop.lines.find((each) => each.includes('an attempt is given up')) ?? '{}';
    expect(JSON.parse(line)).toMatchObject({ jobId: id, correlationId: claim.correlationId });
    worker(scriptedEngine(drawAtOnce).engine);
    const job = await ends(id, 'completed');
    expect(job.attempt).toBe(2);
    const late = { ...png('late'), imageId: 'ab'.repeat(32) as never, bytes: 4 };
    expect(await frozen.complete(claim, { images: [late], engine: 'scripted', model: 'm' })).toBe('lost');
    expect((await history(id)).at(-1)).toBe('JobResultDiscarded');
    expect((await ends(id, 'completed')).images).toEqual(job.images);
  });

  it('hands its job back when it is stopped: it waits again at once with its ticket, though that was its last attempt', async () => {
    const { worker, ask, ends, history } = workshop;
    const id = await ask('a lake');
    const { ticket } = await ends(id, 'queued');
    for (let stops = 1; stops <= 3; stops += 1) {
      const stopped = worker(scriptedEngine(drawNever).engine);
      await ends(id, 'running');
      await stopped.stop();
      expect(await ends(id, 'queued')).toMatchObject({ ticket, attempt: stops });
    }
    worker(scriptedEngine(drawAtOnce).engine);
    await ends(id, 'completed');
    expect(await history(id)).not.toContain('JobFailed');
  });

  it('is heard of while the engine is silent, so that its lease is kept', async () => {
    const { worker, ask, ends, history } = workshop;
    worker(scriptedEngine(drawNever).engine, { leaseMs: 600 });
    const id = await ask('quiet');
    await ends(id, 'running');
    await vi.waitFor(
      async () =>
        expect((await history(id)).filter((type) => type === 'JobProgressed').length).toBeGreaterThan(3),
      { timeout: 10_000 },
    );
  });

  it('begins nothing while the queue is paused, also after a restart, and goes on in order', async () => {
    const { worker, ask, ends, commands } = workshop;
    const operator = () => ({ ...adas(), principal: { ...adas().principal, roles: ['operator'] as const } });
    await commands.pauseQueue(operator());
    const { engine, asked } = scriptedEngine(drawAtOnce);
    const first = worker(engine);
    const jobs = [await ask('one'), await ask('two')];
    for (const id of jobs) await ends(id, 'queued');
    await first.stop();
    worker(engine);
    expect(asked).toEqual([]);
    await commands.resumeQueue(operator());
    for (const id of jobs) await ends(id, 'completed');
    expect(asked).toEqual(['one', 'two']);
  });

  it('cancels the jobs of a message that is removed and of a conversation that is archived', async () => {
    const { ask, ends, commands, readModel, conversationId } = workshop;
    const [removed, archived] = [await ask('one'), await ask('two')];
    const job = await ends(removed, 'queued');
    await ends(archived, 'queued');
    await commands.removeMessage(adas(), job.messageId);
    await ends(removed, 'cancelled');
    await commands.archiveConversation(adas(), conversationId);
    await ends(archived, 'cancelled');
    expect(await readModel.activeJobs(null)).toEqual([]);
  });
});
