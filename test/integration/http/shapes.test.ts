import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { jobId as idOfJob, messageId as idOfMessage, imageId } from '../../../src/events/ids.ts';
import { type HttpServer, openHttpServer } from '../../support/httpServer.ts';
import * as shapes from '../../support/protocolShapes.ts';

let server: HttpServer;
beforeAll(async () => {
  server = await openHttpServer();
});
afterAll(() => server.close());

const position = z.string().regex(/^\d{20}$/);
const withJob = z.object({ job: shapes.job });
const withMessage = z.object({ message: shapes.message });

/** A picture that Ada asks for, and what every GET says of it. */
const asking = async () => {
  const ada = await server.signIn(['user', 'operator']);
  const conversationId = await ada.startConversation();
  const image = { steps: 10, count: 2, width: 64, height: 64 };
  const { message, job } = await ada.post(conversationId, { text: 'a storm', image });
  const { messageId } = message;
  const jobId = idOfJob.parse(job?.jobId);
  /** The picture, which is the same wherever it is shown. */
  const look = async (id: string = jobId) => {
    await server.settled();
    const get = async (path: string) => (await ada.call('GET', path)).body;
    const { job } = withJob.parse(await get(`/jobs/${id}`));
    const list = z.object({ items: z.array(shapes.job) }).parse(await get('/jobs'));
    expect(list.items.find((each) => each.jobId === id)).toEqual(job);
    const { message } = withMessage.parse(await get(`/messages/${messageId}`));
    const page = z.object({ items: z.array(shapes.message), asOf: position });
    expect(page.parse(await get(`/conversations/${conversationId}/messages`)).items).toEqual([message]);
    const { previous, ...image } = shapes.imageState.parse(message.image);
    expect(job).toMatchObject(image);
    return { ...image, previous };
  };
  const claim = async () => {
    const claimed = await server.desk.claim(jobId, 'sketch');
    if (claimed === null) throw new Error('the job was not claimed');
    return claimed;
  };
  return {
    ada,
    conversationId,
    jobId,
    messageId,
    look,
    claim,
    queue: () => server.desk.queue(idOfMessage.parse(messageId)),
  };
};

const untouched = { step: 0, steps: 20, stage: null, percent: 0, preview: null, images: [], error: null };
const none = { engine: null, model: null, seed: null };

describe('a picture has all its fields', () => {
  it('when it is accepted', async () => {
    const { look } = await asking();
    expect(await look()).toMatchObject({
      ...{ status: 'accepted', ticket: null, place: null, attempt: 0, previous: [] },
      ...{ queuedAt: null, startedAt: null, endedAt: null, ...untouched, ...none },
    });
  });

  it('when it waits, with its place in GETs alone', async () => {
    const { ada, jobId, messageId, look, queue } = await asking();
    await queue();
    expect(await look()).toMatchObject({
      ...{ status: 'queued', ticket: expect.any(String), place: expect.any(Number), attempt: 0 },
      ...{ queuedAt: expect.any(String), startedAt: null, endedAt: null, ...untouched, ...none },
    });
    const changed = await ada.call('PATCH', `/jobs/${jobId}`, { body: { priority: -1 } });
    expect(withJob.parse(changed.body).job).toMatchObject({ priority: -1, place: null });
    for (const [path, body] of [
      [`/messages/${messageId}`, { text: 'a calm' }],
      [`/messages/${messageId}/metadata`, { a: 1 }],
    ] as const) {
      const { body: answer } = await ada.call('PATCH', path, { body });
      expect(withMessage.parse(answer).message.image).toMatchObject({ status: 'queued', place: null });
    }
  });

  it('when it is drawn: percent of all steps, and a preview', async () => {
    const { look, queue, claim } = await asking();
    await queue();
    const claimed = await claim();
    expect(await look()).toMatchObject({ status: 'running', place: null, attempt: 1, ...untouched });
    const preview = imageId.parse('ab'.repeat(32));
    await server.desk.progress(claimed, { step: 5, steps: 20, stage: 'painting', preview });
    expect(await look()).toMatchObject({
      ...{ status: 'running', step: 5, steps: 20, percent: 25, stage: 'painting', preview, engine: 'sketch' },
      ...{ startedAt: expect.any(String), endedAt: null, images: [] },
    });
  });

  it('when it is done, with where each picture is', async () => {
    const { look, queue, claim } = await asking();
    await queue();
    const claimed = await claim();
    const picture = { width: 64, height: 64, contentType: 'image/png' as const, bytes: 9 };
    const ids = ['cd', 'ef'].map((pair) => imageId.parse(pair.repeat(32)));
    const images = ids.map((imageId, index) => ({ ...picture, imageId, seed: 7 + index }));
    await server.desk.complete(claimed, { images, engine: 'sketch', model: 'sketch-1' });
    expect(await look()).toMatchObject({
      ...{
        status: 'completed',
        place: null,
        step: 20,
        percent: 100,
        stage: null,
        preview: null,
        error: null,
      },
      ...{ engine: 'sketch', model: 'sketch-1', seed: 7, endedAt: expect.any(String) },
      images: images.map((each) => ({ ...each, url: `/api/v1/images/${each.imageId}` })),
    });
  });

  it('when it failed, and when it is tried again', async () => {
    const { ada, jobId, look, queue, claim } = await asking();
    await queue();
    const failure = { code: 'content_rejected' as const, retryable: false, reference: 'the reference' };
    await server.desk.fail(await claim(), failure);
    const failed = await look();
    expect(failed).toMatchObject({
      ...{ status: 'failed', place: null, preview: null, images: [], endedAt: expect.any(String) },
      error: { code: 'content_rejected', retryable: false, reference: 'the reference' },
    });
    const answer = await ada.call('POST', `/jobs/${jobId}/retry`);
    const { job } = withJob.parse(answer.body);
    expect(job).toMatchObject({ status: 'queued', retryOf: jobId, place: null });
    expect(await look(job.jobId)).toMatchObject({
      ...{ status: 'queued', place: expect.any(Number), error: null },
      previous: [{ jobId, error: failed.error, endedAt: failed.endedAt }],
    });
  });

  it('when it was cancelled', async () => {
    const { ada, jobId, look } = await asking();
    const answer = await ada.call('POST', `/jobs/${jobId}/cancel`);
    expect(withJob.parse(answer.body).job).toMatchObject({ status: 'cancelled', place: null });
    expect(await look()).toMatchObject({
      ...{ status: 'cancelled', ticket: null, place: null, error: { code: 'cancelled', retryable: true } },
      endedAt: expect.any(String),
    });
  });
});

describe('answers to commands', () => {
  it('hold the document with all its fields, and where it stands', async () => {
    const ada = await server.signIn();
    const withConversation = z.object({ conversation: shapes.conversation, position });
    const started = await ada.call('POST', '/conversations', { body: { title: 'Harbour' } });
    const { conversation } = withConversation.parse(started.body);
    const path = `/conversations/${conversation.conversationId}`;
    const renamed = await ada.call('PATCH', path, { body: { title: 'Storm' } });
    expect(withConversation.parse(renamed.body).conversation.title).toBe('Storm');
    expect(renamed.body).toMatchObject({ conversation: { position: renamed.body.position } });
    const posted = await ada.call('POST', `${path}/messages`, { body: { text: 'hello' } });
    const { message } = withMessage.parse(posted.body);
    expect(message.position).toBe(posted.body.position);
    for (const list of ['/conversations', path]) {
      const { body } = await ada.call('GET', list);
      const found = Array.isArray(body.items) ? body.items[0] : body.conversation;
      expect(shapes.conversation.parse(found)).toMatchObject({ lastActivityAt: message.createdAt });
    }
    await ada.call('DELETE', `/messages/${message.messageId}`);
    const removed = await ada.call('GET', `/messages/${message.messageId}`);
    expect(withMessage.parse(removed.body).message).toMatchObject({ removed: true, text: '', image: null });
  });
});

describe('the queue', () => {
  it('has the fields of the protocol and no others', async () => {
    const { ada, queue } = await asking();
    await queue();
    await server.settled();
    for (const person of [ada, await server.signIn()]) {
      const { jobs } = shapes.queueState.parse((await person.call('GET', '/queue')).body);
      expect(jobs.map(({ place }) => place)).toEqual(jobs.map((_, index) => index + 1));
      for (const { jobId, own } of jobs) expect(jobId !== null).toBe(own || person === ada);
    }
  });

  it('says who paused it and when, until it goes on, and how fast the newest pictures were drawn', async () => {
    const { ada, queue, claim } = await asking();
    const operator = await server.signIn(['operator'], 'Olga');
    const now = async () => shapes.queueState.parse((await ada.call('GET', '/queue')).body);
    await queue();
    const claimed = await claim();
    const picture = { width: 64, height: 64, contentType: 'image/png' as const, bytes: 9, seed: 7 };
    const images = [{ ...picture, imageId: imageId.parse('cd'.repeat(32)) }];
    await server.desk.complete(claimed, { images, engine: 'sketch', model: 'sketch-1' });
    await server.settled();
    const { workers, durations } = await now();
    expect(workers).toBeGreaterThan(0);
    expect(durations?.median).toBeGreaterThanOrEqual(0);
    await operator.call('POST', '/queue/pause');
    expect(await now()).toMatchObject({ paused: true, pausedBy: { name: 'Olga' } });
    expect((await now()).pausedAt).not.toBeNull();
    await operator.call('POST', '/queue/resume');
    expect(await now()).toMatchObject({ paused: false, pausedBy: null, pausedAt: null });
  });
});
