import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type JobId, jobId, type MessageId, positionOf, userId } from '../../../src/events/ids.ts';
import { queueOrderKey } from '../../../src/projections/places.ts';
import { queue } from '../../../src/projections/queue.ts';
import { type HttpServer, openHttpServer } from '../../support/httpServer.ts';

let server: HttpServer;
beforeEach(async () => {
  server = await openHttpServer();
});
afterEach(() => server.close());

/** So many wait; every second of them is of `owner`. */
const fill = async (waiting: number, owner: string) => {
  const documents = Array.from({ length: waiting }, (_, index) => {
    const order = { ticket: positionOf(index + 1), priority: 0, round: 0 };
    const id = jobId.parse(`019a0000-0000-7000-8000-${String(index).padStart(12, '0')}`);
    const ownerId = userId.parse(index % 2 === 0 ? owner : 'somebody else');
    const body = { jobId: id, status: 'waiting', ...order, orderKey: queueOrderKey(order), ownerId };
    return {
      ...{ collection: queue.collection, id, position: order.ticket },
      body: { ...body, notBefore: null, position: order.ticket },
    };
  });
  await server.documents.write(documents, []);
};

describe('a long queue', () => {
  it('is shown with the first 200 and all own ones, each with its place', async () => {
    const ada = await server.signIn();
    await fill(5_000, ada.id);
    const { status, body } = await ada.call('GET', '/queue');
    expect([status, body.waiting]).toEqual([200, 5_000]);
    const places = (Array.isArray(body.jobs) ? body.jobs : []).map(({ place, own }) => [place, own]);
    const expected = Array.from({ length: 5_000 }, (_, index) => [index + 1, index % 2 === 0]);
    expect(places).toEqual(expected.filter(([place, own]) => own === true || Number(place) <= 200));
  });

  it('is walked by an operator in its order, a page at a time, while it moves', async () => {
    const olga = await server.signIn(['operator', 'user']);
    const { body: begun } = await olga.call('POST', '/conversations', { body: { title: 'Queue' } });
    const { conversationId } = (begun as { conversation: { conversationId: string } }).conversation;
    const queued: string[] = [];
    for (const priority of [0, 5, 0, -3, 5, 0]) {
      const { body } = await olga.call('POST', `/conversations/${conversationId}/messages`, {
        body: { text: `priority ${priority}`, image: { priority } },
      });
      const { message, job } = body as { message: { messageId: MessageId }; job: { jobId: string } };
      await server.desk.queue(message.messageId);
      queued.push(job.jobId);
    }
    await server.settled();
    const [first, urgent, second, last, urgentToo, third] = queued;
    const page = async (cursor?: string) => {
      const from = cursor === undefined ? '' : `&cursor=${cursor}`;
      const { status, body } = await olga.call(
        ...(['GET', `/jobs?all=true&status=queued&order=queue&limit=2${from}`] as const),
      );
      expect(status).toBe(200);
      return body as { items: { jobId: string; place: number }[]; nextCursor: string | null };
    };
    const one = await page();
    expect(one.items.map(({ jobId, place }) => [jobId, place])).toEqual([
      [urgent, 1],
      [urgentToo, 2],
    ]);
    // What goes before moves up those behind it, and none of them is left out or shown twice.
    await server.desk.cancel(urgent as JobId);
    await server.settled();
    const two = await page(one.nextCursor ?? '');
    expect(two.items.map(({ jobId, place }) => [jobId, place])).toEqual([
      [first, 2],
      [second, 3],
    ]);
    const three = await page(two.nextCursor ?? '');
    expect(three.items.map(({ jobId }) => jobId)).toEqual([third, last]);
    expect(three.nextCursor).toBeNull();
  });

  it.each([
    ["that is nobody else's to see", ['user'], 'all=true&status=queued&order=queue', 403],
    ['that no job waits in', ['operator'], 'all=true&status=completed&order=queue', 400],
    ['at a cursor of another list', ['operator'], 'all=true&status=queued&order=queue&cursor=1-2', 400],
  ] as const)('refuses an order %s', async (_, roles, query, status) => {
    const person = await server.signIn([...roles]);
    expect((await person.call('GET', `/jobs?${query}`)).status).toBe(status);
  });
});
