import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobId as idOfJob, messageId as idOfMessage } from '../../../src/events/ids.ts';
import type { Person } from '../../support/httpCalls.ts';
import { type HttpServer, openHttpServer } from '../../support/httpServer.ts';

let server: HttpServer;
beforeAll(async () => {
  server = await openHttpServer();
});
afterAll(() => server.close());

const position = expect.stringMatching(/^\d{20}$/);

/** A picture that was asked for; in the queue, unless only accepted. */
const asks = async (person: Person, conversationId: string, { queued = true } = {}) => {
  const { message, job } = await person.post(conversationId, { text: 'a storm', image: {} });
  const jobId = idOfJob.parse(job?.jobId);
  if (queued) await server.desk.queue(idOfMessage.parse(message.messageId));
  await server.settled();
  return { jobId, path: `/jobs/${jobId}`, messageId: message.messageId };
};

const someone = async (roles?: readonly string[]) => {
  const ada = await server.signIn(roles);
  return { ada, id: await ada.startConversation() };
};

describe('jobs', () => {
  it('can be read from the moment they are accepted, and show their place when they wait', async () => {
    const { ada, id } = await someone();
    const accepted = await asks(ada, id, { queued: false });
    expect((await ada.call('GET', accepted.path)).body).toMatchObject({
      job: { jobId: accepted.jobId, status: 'accepted', owner: { id: ada.id }, retryOf: null, place: null },
    });
    const queued = await asks(ada, id);
    expect((await ada.call('GET', queued.path)).body).toMatchObject({
      job: { status: 'queued', ticket: position, place: expect.any(Number), conversationId: id },
    });
  });

  it('are listed newest first: own ones, by status and by conversation', async () => {
    const { ada, id } = await someone();
    const elsewhere = await ada.startConversation();
    const first = await asks(ada, id, { queued: false });
    const second = await asks(ada, elsewhere);
    const ids = async (query: string) => {
      const { body } = await ada.call('GET', `/jobs${query}`);
      return body;
    };
    expect(await ids('')).toMatchObject({ items: [{ jobId: second.jobId }, { jobId: first.jobId }] });
    expect(await ids('?status=queued')).toMatchObject({ items: [{ jobId: second.jobId }] });
    expect(await ids(`?conversation=${id}`)).toMatchObject({ items: [{ jobId: first.jobId }] });
    const page = await ids('?limit=1');
    expect(page).toMatchObject({ items: [{ jobId: second.jobId }] });
    expect(await ids(`?limit=1&cursor=${String(page.nextCursor)}`)).toMatchObject({
      items: [{ jobId: first.jobId }],
      nextCursor: null,
    });
  });

  it('that wait are told to be passed over while as many of one’s pictures are drawn as may be', async () => {
    const { ada, id } = await someone();
    const first = await asks(ada, id);
    await asks(ada, id);
    const passedOver = async () => (await ada.call('GET', '/queue')).body.passedOver;
    expect(await passedOver()).toBeNull();
    await server.desk.claim(first.jobId, 'sketch');
    await server.settled();
    expect(await passedOver()).toBe('running_limit');
    await ada.call('POST', `${first.path}/cancel`);
    expect(await passedOver()).toBeNull();
  });

  it('of everyone are listed for an operator, and refused to others with 403', async () => {
    const { ada, id } = await someone();
    const { jobId } = await asks(ada, id);
    const operator = await server.signIn(['operator']);
    const all = await operator.call('GET', '/jobs?all=true');
    expect(JSON.stringify(all.body)).toContain(jobId);
    const refused = await ada.call('GET', '/jobs?all=true');
    expect([refused.status, refused.body]).toMatchObject([403, { code: 'forbidden' }]);
  });

  it('are cancelled, waiting or only accepted, and a second time nothing happens', async () => {
    const { ada, id } = await someone();
    for (const queued of [true, false]) {
      const { path } = await asks(ada, id, { queued });
      const answer = await ada.call('POST', `${path}/cancel`);
      expect([answer.status, answer.body]).toMatchObject([
        200,
        { job: { status: 'cancelled', error: { code: 'cancelled' } }, position },
      ]);
      const head = await server.log.head();
      const again = await ada.call('POST', `${path}/cancel`);
      expect([again.status, again.body]).toMatchObject([200, { job: { status: 'cancelled' } }]);
      expect(await server.log.head()).toBe(head);
    }
  });

  it('are cancelled many at once: the named ones, or all own active ones', async () => {
    const { ada, id } = await someone();
    const [first, second, third] = [await asks(ada, id), await asks(ada, id), await asks(ada, id)];
    await ada.call('POST', `${first.path}/cancel`);
    const named = await ada.call('POST', '/jobs/cancel', { body: { jobIds: [first.jobId, second.jobId] } });
    expect([named.status, named.body]).toEqual([200, { cancelled: [second.jobId], position }]);
    const rest = await ada.call('POST', '/jobs/cancel', { body: {} });
    expect([rest.status, rest.body]).toEqual([200, { cancelled: [third.jobId], position }]);
    const none = await ada.call('POST', '/jobs/cancel');
    expect([none.status, none.body]).toEqual([200, { cancelled: [], position }]);
  });

  it("of everyone are cancelled by an operator's all, which is forbidden to others", async () => {
    const { ada, id } = await someone();
    const { jobId } = await asks(ada, id);
    expect((await ada.call('POST', '/jobs/cancel', { body: { all: true } })).status).toBe(403);
    const operator = await server.signIn(['operator']);
    const answer = await operator.call('POST', '/jobs/cancel', { body: { all: true } });
    expect(answer.body.cancelled).toContain(jobId);
  });

  it('that are named and foreign are 404, and then none is cancelled', async () => {
    const [{ ada, id }, { ada: ben, id: bens }] = [await someone(), await someone()];
    const [own, foreign] = [await asks(ada, id), await asks(ben, bens)];
    const answer = await ada.call('POST', '/jobs/cancel', { body: { jobIds: [own.jobId, foreign.jobId] } });
    expect([answer.status, answer.body]).toMatchObject([404, { code: 'not_found' }]);
    await ben.call('POST', `/conversations/${bens}/participants`, { body: { userId: ada.id } });
    const seen = await ada.call('POST', '/jobs/cancel', { body: { jobIds: [own.jobId, foreign.jobId] } });
    expect([seen.status, seen.body]).toMatchObject([404, { code: 'not_found' }]);
    expect((await ada.call('GET', own.path)).body).toMatchObject({ job: { status: 'queued' } });
  });

  it('are tried again as a new job once they failed or were cancelled, and only once', async () => {
    const { ada, id } = await someone();
    const { path, jobId, messageId } = await asks(ada, id);
    const early = await ada.call('POST', `${path}/retry`);
    expect([early.status, early.body]).toMatchObject([409, { code: 'job_not_retryable' }]);
    await ada.call('POST', `${path}/cancel`);
    const retried = await ada.call('POST', `${path}/retry`);
    expect([retried.status, retried.body]).toMatchObject([
      202,
      { job: { retryOf: jobId, status: 'queued', messageId }, position },
    ]);
    const twice = await ada.call('POST', `${path}/retry`);
    expect(twice.body.job).toHaveProperty('jobId', Object(retried.body.job).jobId);
    expect((await ada.call('GET', `/messages/${messageId}`)).body).toMatchObject({
      message: { image: { previous: [{ jobId }] } },
    });
  });

  it('are put first by an operator alone', async () => {
    const { ada, id } = await someone();
    await asks(ada, id);
    const { path } = await asks(ada, id);
    expect((await ada.call('PATCH', path, { body: { priority: 5 } })).status).toBe(403);
    const operator = await server.signIn(['operator']);
    const answer = await operator.call('PATCH', path, { body: { priority: 10 } });
    expect([answer.status, answer.body]).toMatchObject([200, { job: { priority: 10 }, position }]);
    expect((await ada.call('GET', path)).body).toMatchObject({ job: { priority: 10, place: 1 } });
  });

  it('may not be asked for above priority 0 but by an operator', async () => {
    const { ada, id } = await someone();
    const body = { text: 'a storm', image: { priority: 1 } };
    const refused = await ada.call('POST', `/conversations/${id}/messages`, { body });
    expect([refused.status, refused.body]).toMatchObject([403, { code: 'forbidden' }]);
    const { ada: operator, id: own } = await someone(['operator']);
    expect((await operator.call('POST', `/conversations/${own}/messages`, { body })).status).toBe(202);
  });

  it('of somebody who left the conversation show them their state, but no words', async () => {
    const [{ ada, id }, ben] = [await someone(), await server.signIn()];
    await ada.call('POST', `/conversations/${id}/participants`, { body: { userId: ben.id } });
    const { path } = await asks(ben, id);
    await ben.call('DELETE', `/conversations/${id}/participants/${ben.id}`);
    expect((await ben.call('GET', path)).body).toMatchObject({
      job: { status: 'queued', request: { prompt: '' } },
    });
    expect((await ada.call('GET', path)).body).toMatchObject({ job: { request: { prompt: 'a storm' } } });
  });

  it('are not found where there is none, or in conversations of others', async () => {
    const [{ ada, id }, ben] = [await someone(), await server.signIn()];
    const { path } = await asks(ada, id);
    for (const call of [
      () => ben.call('GET', path),
      () => ben.call('POST', `${path}/cancel`),
      () => ben.call('POST', `${path}/retry`),
      () => ben.call('GET', `/jobs/${v7()}`),
      () => ben.call('POST', `/jobs/${v7()}/cancel`),
    ]) {
      const { status, body } = await call();
      expect([status, body]).toMatchObject([404, { code: 'not_found' }]);
    }
  });
});

describe('the queue', () => {
  it('lists who waits in order, others without their ids, and never a prompt', async () => {
    const [{ ada, id }, { ada: ben, id: bens }] = [await someone(), await someone()];
    const [own, foreign] = [await asks(ada, id), await asks(ben, bens)];
    const { status, body } = await ada.call('GET', '/queue');
    expect(status).toBe(200);
    expect(body).toMatchObject({ paused: false, waiting: expect.any(Number), running: 0, asOf: position });
    expect(body.jobs).toContainEqual({
      ...{ jobId: own.jobId, ticket: position, priority: 0, round: 0, place: expect.any(Number), own: true },
    });
    expect(JSON.stringify(body)).not.toContain(foreign.jobId);
    expect(JSON.stringify(body)).not.toContain('storm');
    const operator = await server.signIn(['operator']);
    expect(JSON.stringify((await operator.call('GET', '/queue')).body)).toContain(foreign.jobId);
  });

  it('shows the first of a limit, and all own ones', async () => {
    const { ada, id } = await someone();
    const { jobId } = await asks(ada, id);
    const { body } = await ada.call('GET', '/queue?limit=1');
    expect(body.jobs).toHaveLength(2);
    expect(body.jobs).toContainEqual(expect.objectContaining({ jobId, place: body.waiting }));
  });

  it('is paused and resumed by an operator alone', async () => {
    const [ada, operator] = [await server.signIn(), await server.signIn(['operator'])];
    for (const [what, paused] of [
      ['pause', true],
      ['resume', false],
    ] as const) {
      const refused = await ada.call('POST', `/queue/${what}`);
      expect([refused.status, refused.body]).toMatchObject([403, { code: 'forbidden' }]);
      const done = await operator.call('POST', `/queue/${what}`);
      expect([done.status, done.body]).toEqual([200, { position }]);
      expect((await ada.call('GET', '/queue')).body).toMatchObject({ paused });
    }
  });
});
