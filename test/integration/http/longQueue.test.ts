import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobId, positionOf, userId } from '../../../src/events/ids.ts';
import { queueOrderKey } from '../../../src/projections/places.ts';
import { queue } from '../../../src/projections/queue.ts';
import { type HttpServer, openHttpServer } from '../../support/httpServer.ts';

let server: HttpServer;
beforeAll(async () => {
  server = await openHttpServer();
});
afterAll(() => server.close());

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
});
