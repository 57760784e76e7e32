import { afterAll, beforeAll, expect, it } from 'vitest';
import { type HttpServer, openHttpServer } from '../../support/httpServer.ts';

let server: HttpServer;
beforeAll(async () => {
  server = await openHttpServer();
});
afterAll(() => server.close());

it.each(['url', 'image', 'initImage', 'callback', 'webhook', 'engine', 'pollingUrl'])(
  'a person can not name an address that the server would call: %s is no part of a request for a picture',
  async (field) => {
    const ada = await server.signIn();
    const path = `/conversations/${await ada.startConversation()}/messages`;
    const image = { prompt: 'a storm', [field]: 'http://169.254.169.254/latest/meta-data' };
    const { status, body } = await ada.call('POST', path, { body: { text: 'a storm', image } });
    expect([status, body.errors]).toEqual([
      400,
      [{ path: `image.${field}`, message: 'is not a known field' }],
    ]);
  },
);
