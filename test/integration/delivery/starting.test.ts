import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { io } from 'socket.io-client';
import { v7 } from 'uuid';
import { expect, it } from 'vitest';
import { createHttpServer } from '../../../src/api/http/httpServer.ts';

it('a client that comes while the server is still starting is sent away at once, not left waiting', async () => {
  const server = createHttpServer((_, response) => void response.writeHead(503).end(), v7);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = io(`http://127.0.0.1:${port}`, { transports: ['websocket'], reconnection: false });
  const error = await new Promise<Error>((resolve) => socket.once('connect_error', resolve));
  expect(error.message).not.toMatch(/timeout/);
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});
