import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { JobId, MessageId } from '../../../src/events/ids.ts';
import type { Person } from '../../support/httpCalls.ts';
import { type HttpServer, openHttpServer } from '../../support/httpServer.ts';

let server: HttpServer;
beforeAll(async () => {
  server = await openHttpServer();
});
afterAll(() => server.close());

const shown = z.looseObject({ text: z.string(), removed: z.boolean(), metadata: z.looseObject({}) });
const messageAt = async (who: Person, id: string, asOf: string) => {
  const { status, body, text } = await who.call('GET', `/messages/${id}?asOf=${asOf}`);
  if (status !== 200) throw new Error(`answered ${status}: ${text}`);
  return shown.parse(body.message);
};

/** A message that was posted, edited and removed, with the position of each. */
const openStory = async () => {
  const ada = await server.signIn();
  const conversation = await ada.startConversation({ title: 'Harbour' });
  const posted = await ada.post(conversation, { text: 'a boat', image: {} });
  const { messageId } = posted.message;
  const change = async (method: string, body?: object) =>
    String(
      (await ada.call(method, `/messages/${messageId}`, body === undefined ? {} : { body })).body.position,
    );
  const edited = await change('PATCH', { text: 'a ship' });
  await ada.call('PATCH', `/conversations/${conversation}`, { body: { title: 'Pier' } });
  await server.settled();
  return {
    ada,
    conversation,
    messageId,
    jobId: posted.job?.jobId as JobId,
    posted: posted.position,
    edited,
    change,
  };
};

describe('as of a position or a time', () => {
  it('a message is as it was, the position itself included, and today where it lies ahead', async () => {
    const { ada, messageId, posted, edited } = await openStory();
    expect((await messageAt(ada, messageId, posted)).text).toBe('a boat');
    const before = String(BigInt(edited) - 1n).padStart(20, '0');
    expect((await messageAt(ada, messageId, before)).text).toBe('a boat');
    expect((await messageAt(ada, messageId, edited)).text).toBe('a ship');
    const today = (await ada.call('GET', `/messages/${messageId}`)).body.message;
    for (const ahead of ['9'.repeat(20), '2999-01-01T00:00:00Z'])
      expect((await ada.call('GET', `/messages/${messageId}?asOf=${ahead}`)).body.message).toEqual(today);
    const first = String(BigInt(posted) - 1n).padStart(20, '0');
    for (const none of [first, '2020-01-01T00:00:00.000Z', '0'.repeat(20)])
      expect((await ada.call('GET', `/messages/${messageId}?asOf=${none}`)).body.code).toBe('not_found');
  });

  it('a conversation, its messages, a job and the queue are as they were', async () => {
    const { ada, conversation, messageId, jobId, posted, edited } = await openStory();
    const title = async (asOf: string) =>
      z
        .object({ conversation: z.object({ title: z.string() }) })
        .parse((await ada.call('GET', `/conversations/${conversation}?asOf=${asOf}`)).body).conversation
        .title;
    expect([await title(posted), await title('9'.repeat(20))]).toEqual(['Harbour', 'Pier']);
    await server.desk.queue(messageId as MessageId);
    await ada.post(conversation, { text: 'later' });
    await server.settled();
    const texts = async (asOf: string) => {
      const { body } = await ada.call('GET', `/conversations/${conversation}/messages?asOf=${asOf}`);
      const list = z.object({ items: z.array(shown), asOf: z.string() }).parse(body);
      return list.items.map(({ text }) => text);
    };
    expect(await texts(posted)).toEqual(['a boat']);
    expect(await texts('9'.repeat(20))).toEqual(['later', 'a ship']);
    const status = async (asOf: string) =>
      z
        .object({ job: z.object({ status: z.string(), place: z.number().nullable() }) })
        .parse((await ada.call('GET', `/jobs/${jobId}?asOf=${asOf}`)).body).job;
    expect(await status(edited)).toEqual({ status: 'accepted', place: null });
    const now = await status('9'.repeat(20));
    expect(now.status).toBe('queued');
    const queue = async (asOf: string) =>
      z
        .object({ jobs: z.array(z.object({ jobId: z.string().nullable(), place: z.number() })) })
        .parse((await ada.call('GET', `/queue?asOf=${asOf}`)).body)
        .jobs.filter((each) => each.jobId === jobId);
    expect(await queue(edited)).toEqual([]);
    expect(await queue('9'.repeat(20))).toEqual([{ jobId, place: now.place }]);
  });

  it('what a removed message said is shown to operators and auditors, and to nobody else', async () => {
    const { ada, conversation, messageId, posted, change } = await openStory();
    await change('DELETE');
    await server.settled();
    for (const role of ['operator', 'auditor']) {
      const who = await server.signIn([role]);
      expect(await messageAt(who, messageId, posted)).toMatchObject({ text: 'a boat', removed: false });
      const list = await who.call('GET', `/conversations/${conversation}/messages?asOf=${posted}`);
      expect(list.text).toContain('a boat');
    }
    expect(await messageAt(ada, messageId, posted)).toMatchObject({ text: '', removed: true, metadata: {} });
    const list = await ada.call('GET', `/conversations/${conversation}/messages?asOf=${posted}`);
    expect(list.text).not.toContain('boat');
  });

  it('is for those who may read it today', async () => {
    const { conversation, messageId, jobId, posted } = await openStory();
    const stranger = await server.signIn();
    for (const path of [
      `/messages/${messageId}`,
      `/conversations/${conversation}`,
      `/conversations/${conversation}/messages`,
      `/jobs/${jobId}`,
    ])
      expect((await stranger.call('GET', `${path}?asOf=${posted}`)).body.code).toBe('not_found');
  });

  it.each(['', 'yesterday', '12', '2026-13-01T00:00:00Z'])('refuses %j', async (asOf) => {
    const { ada, messageId } = await openStory();
    for (const path of [`/messages/${messageId}`, '/queue']) {
      const { status, body } = await ada.call('GET', `${path}?asOf=${asOf}`);
      expect([status, JSON.stringify(body.errors)]).toEqual([400, expect.stringContaining('"asOf"')]);
    }
  });
});
